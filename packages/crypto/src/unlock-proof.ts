import {
  SealError,
  fixed,
  id,
  struct,
  u8,
  type Bytes,
  type ChallengeId,
  type SignPublicKey,
  type TenantId,
} from '@seal-chat/protocol';
import type { Curves } from './curves/curves.ts';
import { LABELS } from './labels.ts';
import { signedInput } from './signed-input.ts';

const PURPOSES = { open: 1, join: 2 } as const;

/** A person's answer to a challenge, made from a recovery code: everything the signature covers. */
export interface UnlockProof {
  /** `open` asks for the vault, `join` adds a device. */
  readonly purpose: keyof typeof PURPOSES;
  readonly tenantId: TenantId;
  readonly challengeId: ChallengeId;
  /** 32 random bytes of the server, used once. */
  readonly nonce: Bytes;
  /** SHA-256 of the bytes of the device list that joins; null for `open`. */
  readonly deviceListHash: Bytes | null;
}

type UnlockProofFields = Omit<UnlockProof, 'purpose' | 'deviceListHash'> & {
  readonly purpose: number;
  readonly deviceListHash: Bytes;
};

const proofFields = signedInput(
  LABELS.unlockProof,
  struct<UnlockProofFields>({
    purpose: u8,
    tenantId: id<TenantId>(),
    challengeId: id<ChallengeId>(),
    nonce: fixed(32),
    deviceListHash: fixed(32),
  }),
);

const NO_LIST: Bytes = new Uint8Array(32);

/** Returns the bytes that an unlock key signs. */
export function unlockProofInput(proof: UnlockProof): Bytes {
  const { purpose, deviceListHash } = proof;
  return proofFields({ ...proof, purpose: PURPOSES[purpose], deviceListHash: deviceListHash ?? NO_LIST });
}

/** Tells whether `signature` over `proof` is of the unlock key. The challenge is the caller's to check. */
export function isUnlockProof(input: {
  readonly curves: Pick<Curves, 'verify'>;
  readonly proof: UnlockProof;
  readonly unlockKey: SignPublicKey;
  readonly signature: Bytes;
}): Promise<boolean> {
  const { curves, proof, unlockKey, signature } = input;
  return curves.verify(unlockKey, unlockProofInput(proof), signature);
}

/** Checks an unlock proof. @throws SealError BAD_SIGNATURE */
export async function verifyUnlockProof(input: Parameters<typeof isUnlockProof>[0]): Promise<void> {
  if (!(await isUnlockProof(input))) throw new SealError('BAD_SIGNATURE', 'unlock: not signed by the unlock key');
}
