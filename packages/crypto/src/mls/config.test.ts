import { SealError, asKey, type DeviceId, type SignPublicKey, type UserId } from '@seal-chat/protocol';
import type { KeyPackage } from 'ts-mls/keyPackage.js';
import type { LeafNode } from 'ts-mls/leafNode.js';
import { describe, expect, it } from 'vitest';
import { TENANT, id } from '../../test/mls.ts';
import { codeOf } from '../../test/seal-error.ts';
import { libraryConfig } from './config.ts';
import { credentialOf } from './names.ts';
import type { Authenticate } from './types.ts';

const ann = { userId: id<UserId>('ann'), deviceId: id<DeviceId>('ann 1') };
const credential = credentialOf(TENANT, ann);
const key = asKey<SignPublicKey>(new Uint8Array(32).fill(7));
const check = (authenticate: Authenticate) =>
  libraryConfig(TENANT, authenticate).authService.validateCredential(credential, key);

describe('a device whose credential is looked at', () => {
  it('is asked for by its name and its key, and is believed when its list has both', async () => {
    const asked: unknown[] = [];
    const authenticate: Authenticate = (...given) => asked.push(given) > 0;
    expect(await check(authenticate)).toBe(true);
    expect(asked).toEqual([[ann, key]]);
    expect(await codeOf(() => check(() => false))).toBe('UNVERIFIED_DEVICE');
    await expect(check(() => false)).rejects.toThrow('no such key');
  });

  it('is not believed while its list cannot be looked at, which is said as it is where it may go away', async () => {
    const failed = new Error('no network');
    for (const error of [failed, new SealError('MALFORMED', 'a list')])
      await expect(check(() => Promise.reject(error))).rejects.toMatchObject({
        code: 'UNVERIFIED_DEVICE',
        message: expect.stringContaining('could not be checked'),
        cause: error,
      });
    expect(await codeOf(() => check(() => Promise.reject(new SealError('OFFLINE'))))).toBe('OFFLINE');
  });
});

it('KeyPackages are of the same device when their basic credentials are the same', () => {
  const { compareKeyPackages, compareKeyPackageToLeafNode } = libraryConfig(
    TENANT,
    () => true,
  ).keyPackageEqualityConfig;
  const leaf = (change: object) => ({ credential: { ...credential, ...change } }) as LeafNode;
  const of = (change: object) => ({ leafNode: leaf(change) }) as KeyPackage;
  const { identity } = credentialOf(TENANT, { ...ann, deviceId: id<DeviceId>('ann 2') }) as { identity: Uint8Array };
  for (const [a, b, isSame] of [
    [{}, {}, true],
    [{}, { identity }, false],
    [{ credentialType: 'x509' }, {}, false],
    [{}, { credentialType: 'x509' }, false],
  ] as const) {
    expect(compareKeyPackages(of(a), of(b))).toBe(isSame);
    expect(compareKeyPackageToLeafNode(of(a), leaf(b))).toBe(isSame);
  }
});
