/**
 * The part of the cryptography a server may use, `@seal-chat/crypto/verify`: it checks what devices signed. Nothing
 * reachable from here takes a secret of a user, encrypts or decrypts.
 */
export {
  checkDeviceListContinues,
  findDevice,
  verifyDeviceList,
  type DeviceListState,
  type VerifiedDeviceList,
} from './device-list.ts';
export { verifyAuthProof, type AuthProof, type AuthPurpose } from './auth-proof.ts';
export { verifyJoinConsent, type JoinConsent } from './join-consent.ts';
export { isUnlockProof, verifyUnlockProof, type UnlockProof } from './unlock-proof.ts';
export { checkRecords, checkVaultContinues, verifyVault, type VerifiedVault } from './vault/verify-vault.ts';
export { verifyPreKeySignature, type PreKeyOwner } from './prekey-signature.ts';
export { dmId } from './dm-id.ts';
export { selfId } from './self-id.ts';
export { sha256 } from './kdf.ts';
export { webCryptoVerify } from './curves/web-crypto-verify.ts';
export type { Curves } from './curves/curves.ts';
