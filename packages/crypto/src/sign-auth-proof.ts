import type { Bytes } from '@seal-chat/protocol';
import { authProofInput, type AuthProof } from './auth-proof.ts';
import type { Curves } from './curves/curves.ts';
import type { DeviceKeys } from './identity.ts';

/** Signs the device's answer to a sign-in challenge: an Ed25519 signature, 64 bytes. */
export function signAuthProof(curves: Curves, device: DeviceKeys, proof: AuthProof): Promise<Bytes> {
  return curves.sign(device.sign, authProofInput(proof));
}
