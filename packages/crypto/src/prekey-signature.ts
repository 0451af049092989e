import {
  PREKEY_KINDS,
  KEM_KEY_LENGTH,
  SealError,
  X25519_KEY_LENGTH,
  id,
  struct,
  u32,
  u8,
  variable,
  type Bytes,
  type DeviceId,
  type PreKeyKind,
  type PublicPreKey,
  type SignPublicKey,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import type { Curves } from './curves/curves.ts';
import { expectLength } from './expect-length.ts';
import { LABELS } from './labels.ts';
import { signedInput } from './signed-input.ts';

/** The device a prekey belongs to. */
export interface PreKeyOwner {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
}

interface PreKeySignatureFields extends PreKeyOwner {
  readonly kind: number;
  readonly keyId: number;
  readonly publicKey: Bytes;
}

const preKeySignatureFields = signedInput(
  LABELS.preKey,
  struct<PreKeySignatureFields>({
    tenantId: id<TenantId>(),
    userId: id<UserId>(),
    deviceId: id<DeviceId>(),
    kind: u8,
    keyId: u32,
    publicKey: variable(KEM_KEY_LENGTH),
  }),
);

/** Bytes of the public key of each kind. */
export function preKeyLength(kind: PreKeyKind): number {
  return kind === 'signed' || kind === 'oneTime' ? X25519_KEY_LENGTH : KEM_KEY_LENGTH;
}

/**
 * Returns what a device signs to vouch for one prekey (PQXDH §3.2). Owner, kind and id are covered, so the server
 * cannot pass one device's key off as another's, nor a KEM key as a curve key, nor a last-resort key as a one-time one.
 *
 * @throws SealError MALFORMED when the key has not the length of its kind
 */
export function preKeySignatureInput(
  owner: PreKeyOwner,
  kind: PreKeyKind,
  preKey: Pick<PublicPreKey, 'keyId' | 'publicKey'>,
): Bytes {
  expectLength('prekey', preKey.publicKey, preKeyLength(kind));
  const { tenantId, userId, deviceId } = owner;
  const { keyId, publicKey } = preKey;
  return preKeySignatureFields({ tenantId, userId, deviceId, kind: PREKEY_KINDS[kind], keyId, publicKey });
}

/**
 * Checks that the device whose Ed25519 key is `signKey` (32 bytes) vouches for `preKey`.
 *
 * @throws SealError MALFORMED on a wrong key length, BAD_SIGNATURE when the signature is not the device's
 */
export async function verifyPreKeySignature(input: {
  readonly curves: Pick<Curves, 'verify'>;
  readonly owner: PreKeyOwner;
  readonly kind: PreKeyKind;
  readonly preKey: PublicPreKey;
  readonly signKey: SignPublicKey;
}): Promise<void> {
  const { curves, owner, kind, preKey, signKey } = input;
  const message = preKeySignatureInput(owner, kind, preKey);
  if (!(await curves.verify(signKey, message, preKey.signature))) {
    throw new SealError('BAD_SIGNATURE', `prekey ${kind} ${preKey.keyId}: not signed by its device`);
  }
}
