import type { Bytes } from '@seal-chat/protocol';
import type { Curves } from './curves/curves.ts';
import type { DeviceKeys } from './identity.ts';
import { joinConsentInput, type JoinConsent } from './join-consent.ts';
import type { SignKeyPair } from './keys.ts';
import { unlockProofInput, type UnlockProof } from './unlock-proof.ts';

/** Signs a present device's consent that another one joins: an Ed25519 signature, 64 bytes. */
export function signJoinConsent(
  curves: Curves,
  by: DeviceKeys,
  consent: Omit<JoinConsent, 'byDeviceId'>,
): Promise<Bytes> {
  return curves.sign(by.sign, joinConsentInput({ ...consent, byDeviceId: by.deviceId }));
}

/** Signs the answer to a challenge with an unlock key: an Ed25519 signature, 64 bytes. */
export function signUnlockProof(curves: Curves, unlockKey: SignKeyPair, proof: UnlockProof): Promise<Bytes> {
  return curves.sign(unlockKey, unlockProofInput(proof));
}
