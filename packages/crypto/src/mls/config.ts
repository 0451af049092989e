import { CHANNEL_LIMITS, SealError, constantTimeEqual, isSealError, type TenantId, asKey } from '@seal-chat/protocol';
import type { ClientConfig } from 'ts-mls/clientConfig.js';
import type { Credential } from 'ts-mls/credential.js';
import { memberOf } from './names.ts';
import type { Authenticate } from './types.ts';

/**
 * Sets the library up for one operation. Its defaults accept every credential, tell devices apart by signature
 * key alone and keep keys of past epochs.
 */
export function libraryConfig(tenantId: TenantId, authenticate: Authenticate): ClientConfig {
  return {
    keyRetentionConfig: {
      retainKeysForGenerations: 1,
      // The log is processed in order: no message of a past epoch comes after the Commit that ended it.
      retainKeysForEpochs: 1,
      maximumForwardRatchetSteps: CHANNEL_LIMITS.maxForwardGenerations,
    },
    // Judged by lifetimes.ts, on the server's clock.
    lifetimeConfig: { maximumTotalLifetime: 2n ** 63n - 1n, validateLifetimeOnReceive: false },
    keyPackageEqualityConfig: {
      compareKeyPackages: (a, b) => isSameIdentity(a.leafNode.credential, b.leafNode.credential),
      compareKeyPackageToLeafNode: (a, b) => isSameIdentity(a.leafNode.credential, b.credential),
    },
    paddingConfig: { kind: 'alwaysPad', paddingLength: 0 },
    authService: {
      async validateCredential(credential, signatureKey) {
        const member = memberOf(credential, tenantId);
        const isListed = await asked(() => authenticate(member, asKey(Uint8Array.from(signatureKey))));
        if (!isListed)
          throw new SealError('UNVERIFIED_DEVICE', `mls: device ${member.deviceId} has no such key on its list`);
        return true;
      },
    },
  };
}

function isSameIdentity(a: Credential, b: Credential): boolean {
  return a.credentialType === 'basic' && b.credentialType === 'basic' && constantTimeEqual(a.identity, b.identity);
}

/** Not being able to say is a no that may change: nothing is wrong with what is looked at. */
async function asked(question: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await question();
  } catch (cause) {
    if (isSealError(cause) && cause.isRetryable) throw cause;
    throw new SealError('UNVERIFIED_DEVICE', 'mls: the device list could not be checked', { cause });
  }
}
