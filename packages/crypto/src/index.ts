/** The cryptography of Seal: pure functions over bytes. No network, no storage, no DOM, no clock it is not handed. */
export type { Curves } from './curves/curves.ts';
export type { DhKeyPair, SignKeyPair, SignSeed } from './keys.ts';
export { selectCurves } from './curves/select.ts';
export type { Subtle } from './curves/subtle.ts';
export { sha256 } from './kdf.ts';
export { KEM_SEED_LENGTH, type Kem } from './kem/kem.ts';
export { selectKem } from './kem/select.ts';
export { bufferedRng, type Rng } from './rng.ts';
export {
  checkDeviceListContinues,
  findDevice,
  verifyDeviceList,
  verifyDeviceListChain,
  type DeviceListState,
  type ExpectedAccount,
  type VerifiedDeviceList,
} from './device-list.ts';
export type { AuthProof, AuthPurpose } from './auth-proof.ts';
export {
  createAccountKeys,
  createDeviceKeys,
  createDeviceList,
  newDeviceOf,
  type Account,
  type DeviceKeys,
  type NamedDevice,
  type VaultReference,
} from './identity.ts';
export { extendDeviceList, replaceAccountKey, signKeyFromSeed } from './next-device-list.ts';
export { accountSecretsCodec, type AccountSecrets, type ArchiveKey, type VaultSecrets } from './account-secrets.ts';
export { openDeviceLabels, type DeviceLabel } from './device-labels.ts';
export type { JoinConsent, NewDevice } from './join-consent.ts';
export { signJoinConsent, signUnlockProof } from './sign-consent.ts';
export { openBody, sealBody, type SealedBody } from './sealed-body.ts';
export { createRecoveryCode, parseRecoveryCode } from './recovery/code.ts';
export { createLinkingCode, linkingCodeKeys, type LinkingCodeKeys } from './linking/code.ts';
export { acceptLink, requestLink, revealLink, type LinkRequested, type LinkRevealed } from './linking/new-device.ts';
export { answerLink, checkLink, grantLink, type LinkAnswered, type LinkChecked } from './linking/old-device.ts';
export type { LinkGrant } from './linking/messages.ts';
export { createPreKey } from './create-prekey.ts';
export { privatePreKeyCodec, wipePreKey, type PrivatePreKey } from './prekeys.ts';
export { type ConsumedPreKeys, type PreKeyName } from './session/accepted-prekeys.ts';
export { decryptEnvelope, neededPreKeys, type DecryptedEnvelope } from './session/decrypt-envelope.ts';
export { encryptEnvelope, needsNewSession } from './session/encrypt-envelope.ts';
export { initiateSession } from './session/initiate-session.ts';
export { needsEpoch, offerEpoch } from './session/offer-epoch.ts';
export type { OwnDevice, Parties, PeerDevice } from './session/parties.ts';
export { sessionCodec, sessionRecordHeadCodec, wipeSessionRecord } from './session/record-codec.ts';
export type { Session, SessionName, SessionRecord } from './session/session.ts';
export { dmId, keyShareId } from './dm-id.ts';
export { selfId } from './self-id.ts';
export { checkVerificationCode, verificationCode } from './verification-code.ts';
export { safetyNumber, type SafetyNumberParty } from './safety-number.ts';
export {
  ENTRY_KINDS,
  encodeTranscriptEntry,
  transcriptNext,
  transcriptStart,
  type TranscriptEntry,
} from './transcript.ts';
export { signAuthProof } from './sign-auth-proof.ts';
