/**
 * Domain separation: every signature and every derived key of the identity layer begins with one of these labels, so
 * that bytes made for one purpose are never valid for another. Labels of sessions are next to their derivations.
 */
export const LABELS = {
  /** Identity key over the bytes of a certificate. */
  accountKey: 'SealChat_v1_AccountKey',
  /** Account key over the bytes of a device list. */
  deviceList: 'SealChat_v2_DeviceList',
  /** Archive key -> key of the devices' names. */
  deviceLabels: 'SealChat_v1_DeviceLabels',
  /** Device key over a new device. */
  joinConsent: 'SealChat_v1_JoinConsent',
  /** Account -> what stands for a conversation where own devices pass on account secrets. */
  keyShare: 'SealChat_v1_KeyShare',
  /** Two people -> the id of their DM. */
  dmId: 'SealChat_v1_DmId',
  /** A person -> the id of their conversation with themselves. */
  selfId: 'SealChat_v1_SelfId',
  /** A key, as the code for verification names it. */
  verificationKey: 'SealChat_v1_VerificationKey',
  /** Device key over a sign-in challenge. */
  authProof: 'SealChat_v1_AuthProof',
  /** Device key over one prekey. */
  preKey: 'SealChat_v1_PreKey',
  /** What a device has seen of a conversation. */
  transcript: 'SealChat_v1_Transcript',
  /** Commitment of a sealed body to its key. */
  bodyKey: 'SealChat_v1_BodyKey',
  /** Identity key over the bytes of a vault. */
  vault: 'SealChat_v1_Vault',
  /** Secret of an unlock way -> seed of its X-Wing key. */
  vaultKey: 'SealChat_v1_VaultKey',
  /** Key of an unlock way -> what ties it to an account. */
  vaultBinding: 'SealChat_v1_VaultBinding',
  /** Vault's secrets to one unlock way. */
  vaultMethod: 'SealChat_v1_VaultMethod',
  /** Archive key -> key of the one before. */
  archiveLink: 'SealChat_v1_ArchiveLink',
  /** Recovery code -> key that proves it to the server. */
  unlockKey: 'SealChat_v1_UnlockKey',
  /** Unlock key over a challenge. */
  unlockProof: 'SealChat_v1_UnlockProof',
  /** Linking code -> where the two devices meet. */
  linkId: 'SealChat_v1_LinkId',
  /** Linking code -> key that authenticates every step. */
  linkCodeKey: 'SealChat_v1_LinkCodeKey',
  /** The new device's commitment to its ephemeral key. */
  linkCommitment: 'SealChat_v1_LinkCommitment',
  /** What both devices have seen of a linking. */
  linkTranscript: 'SealChat_v1_LinkTranscript',
  /** Keys of one linking step. */
  linkStep: 'SealChat_v1_LinkStep',
  /** The six digits both screens show. */
  linkSas: 'SealChat_v1_LinkSas',
  /** File key -> keys of an attachment's chunks. */
  attachment: 'SealChat_v1_Attachment',
} as const;
