/** The shared vocabulary of Seal. Holds no secrets and imports no other package of the house. */
export { concatBytes, constantTimeEqual, fromHex, fromUtf8, times, toHex, utf8, wipe, type Bytes } from './bytes.ts';
export { base64Length, fromBase64, toBase64 } from './base64.ts';
export {
  decode,
  encode,
  fixed,
  flag,
  id,
  list,
  malformed,
  nullable,
  struct,
  text,
  u16,
  u32,
  u53,
  u8,
  variable,
  versioned,
  ByteReader,
  ByteWriter,
  type Codec,
  type CodecValue,
} from './codec.ts';
export {
  asKey,
  keyCodec,
  type ContentKey,
  type DhPublicKey,
  type FileKey,
  type KemPublicKey,
  type Key,
  type SignPublicKey,
  type XWingPublicKey,
} from './keys.ts';
export { PART_SIZE, chunksOf, ciphertextSize, plaintextSize } from './ciphertext-size.ts';
export { CAPABILITIES } from './capabilities.ts';
export { ERRORS } from './error-table.ts';
export {
  SealError,
  isErrorCode,
  isSealError,
  type DeviceListDelta,
  type ErrorCode,
  type ErrorDetails,
} from './errors.ts';
export {
  ID_LENGTH,
  ID_PATTERN,
  idFromBytes,
  idToBytes,
  newId,
  type AnyId,
  type AttachmentId,
  type ChallengeId,
  type ConversationId,
  type DeviceId,
  type LinkId,
  type MessageId,
  type MethodId,
  type TenantId,
  type UserId,
} from './ids.ts';
export {
  ATTACHMENT_LIMITS,
  CHANNEL_LIMITS,
  CONTENT_LIMITS,
  COUNT_LIMITS,
  DEFAULT_QUOTAS,
  DEFAULT_RATES,
  DEFAULT_RETENTION,
  KEY_WRAP_PARAMETERS,
  LIFETIMES,
  MESSAGE_LIFETIMES,
  PREKEY_LIMITS,
  RATCHET_LIMITS,
  SIZE_LIMITS,
} from './limits.ts';
export {
  CHAT_FIELDS,
  PRIVACY_FIELDS,
  SYNC_TOPICS,
  isSwitchedOn,
  seqOf,
  type RegisterEntry,
  type SyncTopic,
} from './wire/sync.ts';
export {
  MAX_ENTRIES,
  decodeRegisters,
  encodeRegisters,
  seqRegister,
  supersedes,
  switchValue,
} from './wire/registers.ts';
export { TRANSPORT, type ConnectionParams } from './transport.ts';
export { BODY_VERSION, PQ_ENVELOPE_VERSION, WIRE_VERSION } from './version.ts';
export {
  keyMessageCodec,
  messageBodyCodec,
  type KeyMessage,
  type MessageBody,
  type MessageContent,
} from './wire/body.ts';
export {
  contextFields,
  readContext,
  type BodyContext,
  type ContextField,
  type TranscriptPoint,
} from './wire/context.ts';
export { certificateCodec, type AccountCertificate, type SignedCertificate } from './wire/certificate.ts';
export { deviceListCodec, type Device, type DeviceList, type SignedDeviceList } from './wire/device-list.ts';
export {
  decodeEnvelope,
  encodeEnvelope,
  encodeEnvelopeHeader,
  type Envelope,
  type EnvelopeHeader,
  type PqHeader,
  type PqMessage,
  type PreKeyHeader,
  type RatchetHeader,
} from './wire/envelope.ts';
export {
  METHOD_KINDS,
  methodRecordCodec,
  recoveryParamsCodec,
  vaultCodec,
  type ArchiveLink,
  type MethodRecord,
  type RecoveryParams,
  type SignedVault,
  type Vault,
} from './wire/vault.ts';
export {
  KEM_CIPHERTEXT_LENGTH,
  KEM_KEY_LENGTH,
  PREKEY_KINDS,
  X25519_KEY_LENGTH,
  type PreKeyBundle,
  type PreKeyKind,
  type PublicPreKey,
} from './wire/prekeys.ts';
