import { signUnlockProof } from '@seal-chat/crypto';
import type { SignKeyPair, VaultReference } from '@seal-chat/crypto';
import {
  KEY_WRAP_PARAMETERS,
  METHOD_KINDS,
  asKey,
  encode,
  methodRecordCodec,
  newId,
  recoveryParamsCodec,
  toBase64,
  vaultCodec,
  type Bytes,
  type MethodId,
  type TenantId,
  type UserId,
  type XWingPublicKey,
} from '@seal-chat/protocol';
import { sha256 } from '../../../crypto/src/kdf.ts';
import { vaultSignatureInput } from '../../../crypto/src/vault/verify-vault.ts';
import { curves, rng, type Api } from './connections.ts';

/** A vault with one recovery code, of which a server knows the unlock key alone. */
export interface TestVault {
  readonly bytes: Bytes;
  readonly version: number;
  readonly methodId: MethodId;
  readonly unlockKey: SignKeyPair;
  /** How a device list names it. */
  readonly reference: VaultReference;
  readonly upload: { readonly vault: string; readonly signature: string; readonly records: string[] };
}

/** Makes the next vault of an account; what is sealed in it is noise. */
export async function makeVault(
  owner: { readonly tenantId: TenantId; readonly userId: UserId; readonly identity: SignKeyPair },
  previous: TestVault | null = null,
  archiveEpoch = 1,
): Promise<TestVault> {
  const { tenantId, userId, identity } = owner;
  const unlockKey = await curves.newSignKeyPair(rng);
  const methodId = newId<MethodId>(rng(16));
  const record = encode(methodRecordCodec, {
    methodId,
    kind: METHOD_KINDS.recoveryCode,
    createdAt: 0,
    label: '',
    params: encode(recoveryParamsCodec, { ...KEY_WRAP_PARAMETERS, salt: rng(16), unlockKey: unlockKey.publicKey }),
    publicKey: asKey<XWingPublicKey>(rng(1_216)),
    binding: rng(32),
    sealed: rng(100),
  });
  const version = (previous?.version ?? 0) + 1;
  const bytes = encode(vaultCodec, {
    tenantId,
    userId,
    identityKey: identity.publicKey,
    version,
    previousHash: previous === null ? new Uint8Array(32) : sha256(previous.bytes),
    issuedAt: 0,
    archiveEpoch,
    links: [],
    recordHashes: [sha256(record)],
  });
  const signature = await curves.sign(identity, vaultSignatureInput(bytes));
  const upload = { vault: toBase64(bytes), signature: toBase64(signature), records: [toBase64(record)] };
  return { bytes, version, methodId, unlockKey, reference: { version, hash: sha256(bytes) }, upload };
}

/** What `vault.unlock` takes, proved with `unlockKey`. */
export async function proveUnlock(api: Api, username: string, unlockKey: SignKeyPair) {
  const challenge = await api.auth.challenge.mutate({});
  const nonce = Uint8Array.from(Buffer.from(challenge.nonce, 'base64url'));
  const { tenantId, challengeId } = challenge;
  const proof = { purpose: 'open', tenantId, challengeId, nonce, deviceListHash: null } as const;
  return { username, challengeId, signature: toBase64(await signUnlockProof(curves, unlockKey, proof)) };
}
