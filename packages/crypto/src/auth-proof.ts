import {
  SealError,
  fixed,
  id,
  struct,
  u8,
  type Bytes,
  type ChallengeId,
  type DeviceId,
  type SignPublicKey,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import type { Curves } from './curves/curves.ts';
import { LABELS } from './labels.ts';
import { signedInput } from './signed-input.ts';

const PURPOSES = { register: 1, join: 2, signIn: 3 } as const;

/** What the proof is for; part of what is signed, so that a sign-in cannot be turned into a registration. */
export type AuthPurpose = keyof typeof PURPOSES;

/** A device's answer to a challenge: everything the signature covers. */
export interface AuthProof {
  readonly purpose: AuthPurpose;
  readonly tenantId: TenantId;
  readonly challengeId: ChallengeId;
  /** 32 random bytes of the server, used once. */
  readonly nonce: Bytes;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  /** SHA-256 of the bytes of the device list sent along; null for `signIn`, which sends none. */
  readonly deviceListHash: Bytes | null;
}

type AuthProofFields = Omit<AuthProof, 'purpose' | 'deviceListHash'> & {
  readonly purpose: number;
  readonly deviceListHash: Bytes;
};

const authProofFields = signedInput(
  LABELS.authProof,
  struct<AuthProofFields>({
    purpose: u8,
    tenantId: id<TenantId>(),
    challengeId: id<ChallengeId>(),
    nonce: fixed(32),
    userId: id<UserId>(),
    deviceId: id<DeviceId>(),
    deviceListHash: fixed(32),
  }),
);

const NO_LIST: Bytes = new Uint8Array(32);

/**
 * Returns the bytes a device signs to prove that it holds its key. The tenant is the one the client was told of, so a
 * server cannot pass the proof on to another tenant; the list hash ties a registration or joining to the list that came with it.
 *
 * @throws RangeError when a list hash is missing for `register` or `join`, or present for `signIn`
 */
export function authProofInput(proof: AuthProof): Bytes {
  if ((proof.purpose === 'signIn') !== (proof.deviceListHash === null)) {
    throw new RangeError(`auth proof: ${proof.purpose} ${proof.deviceListHash === null ? 'needs a' : 'takes no'} list`);
  }
  return authProofFields({
    ...proof,
    purpose: PURPOSES[proof.purpose],
    deviceListHash: proof.deviceListHash ?? NO_LIST,
  });
}

/**
 * Checks the signature of the device whose Ed25519 key is `signKey` (32 bytes) over `proof`.
 *
 * The caller has checked that the challenge is its own, unused and not expired, and has taken `signKey` from the
 * device list it stores (`signIn`) or has just verified (`register`, `join`).
 *
 * @throws SealError BAD_SIGNATURE
 */
export async function verifyAuthProof(input: {
  readonly curves: Pick<Curves, 'verify'>;
  readonly proof: AuthProof;
  readonly signKey: SignPublicKey;
  readonly signature: Bytes;
}): Promise<void> {
  const { curves, proof, signKey, signature } = input;
  if (!(await curves.verify(signKey, authProofInput(proof), signature))) {
    throw new SealError('BAD_SIGNATURE', `auth proof: ${proof.purpose} not signed by the device`);
  }
}
