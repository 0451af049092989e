/**
 * Every number that bounds something, with its reason. A server can override those in `DEFAULT_RATES`; the
 * others are part of protocol version 1 and the same everywhere.
 */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Double Ratchet and sessions (reference: Signal's specifications; docs/PROTOCOL.md has the trade-offs). */
export const RATCHET_LIMITS = {
  /** Message keys derived in one chain to reach a message; bounds the work one header can cause. */
  maxSkipPerMessage: 2_000,
  /** Skipped message keys kept in one session; the oldest go first. */
  maxSkippedKeys: 1_000,
  /** Skipped message keys kept of one peer device, all sessions together; the oldest go first. */
  maxSkippedKeysPerDevice: 2_000,
  /** Skipped message keys older than this are deleted, ms. */
  skippedKeyLifetimeMs: 30 * DAY,
  /** Receiving chains kept in one session. */
  maxReceivingChains: 5,
  /** Sessions kept with one peer device, the active one included. */
  maxSessionsPerDevice: 40,
  /** A session that was never answered is replaced after this, ms. */
  unacknowledgedSessionLifetimeMs: 30 * DAY,
  /** A session is not used for sending after this, ms (Sesame MAXSEND). */
  maxSendAgeMs: 30 * DAY,
  /** A session is deleted after this without use, ms (Sesame MAXRECV). */
  maxReceiveAgeMs: 60 * DAY,
  /** Highest message number; far below 2^32 so that arithmetic cannot overflow. */
  maxMessageNumber: 2 ** 31 - 1,
  /** Automatic session resets with one device: at most one in this time, ms (Sesame, Signal-Desktop). */
  sessionResetIntervalMs: HOUR,
  /** Messages of a session, both directions together, after which a new post-quantum epoch is offered. */
  pqEpochMessages: 50,
  /** ... or this long after the last one began, ms on the device's own clock. */
  pqEpochMs: DAY,
  /** The first messages that carry an offered encapsulation key, and those that carry its ciphertext. */
  pqKeyCopies: 3,
  pqCiphertextCopies: 2,
  /** After those, a copy goes along with every so many messages until it was answered. */
  pqRepeatEvery: 32,
} as const;

/** Prekeys. */
export const PREKEY_LIMITS = {
  /** One-time prekeys of each kind that a device keeps on the server. */
  oneTimeTarget: 100,
  /** The device uploads more when fewer are left. */
  oneTimeRefillBelow: 20,
  /** The most of each kind a server stores for one device. */
  oneTimeServerMax: 200,
  /** Private halves of one-time prekeys a device keeps, the oldest evicted first. */
  oneTimePrivateMax: 2_000,
  /** A signed prekey and last-resort KEM prekey are replaced after this, ms. */
  signedRotationMs: 48 * HOUR,
  /** ... and their private halves deleted this long after they were replaced, ms. */
  signedRetentionMs: 7 * DAY,
  /** Remembered uses of one last-resort KEM prekey; when full, it accepts nothing more until rotated. */
  lastResortReplayMax: 10_000,
} as const;

/** Sizes, in bytes unless the name says otherwise. */
export const SIZE_LIMITS = {
  /** UTF-8 bytes of the text of one message. */
  messageText: 16_384,
  /** Smallest padded body, so that short texts look alike. */
  bodyPaddingFloor: 256,
  /** A sealed body as stored. */
  sealedBody: 65_536,
  /** One key envelope; a prekey message is about 1,400. */
  envelope: 4_096,
  /** A signed device list. */
  deviceList: 5_120,
  /** A certificate of an account key, which is 133. */
  certificate: 256,
  /** The sealed names of an account's devices, and one name in UTF-8. */
  deviceLabels: 2_304,
  deviceName: 64,
  /** A vault, one unlock way of it, and parts of that. */
  vault: 8_192,
  methodRecord: 4_096,
  methodLabel: 64,
  methodParams: 1_024,
  methodSealed: 2_048,
  archiveLink: 128,
  /** X-Wing (draft-connolly-cfrg-xwing-kem §5). */
  xWingPublicKey: 1_216,
  /** One step of device linking. */
  linkPayload: 8_192,
  /** One WebSocket frame or HTTP body from a client: a Commit with the largest Welcome and GroupInfo fits, as base64. */
  request: 2_097_152,
  /** Characters of a user name. */
  usernameMax: 32,
  usernameMin: 2,
} as const;

/** What bodies of the richer kinds may hold: bytes of UTF-8 for texts, bytes, or counts. */
export const CONTENT_LIMITS = {
  text: SIZE_LIMITS.messageText,
  mentions: 50,
  attachments: 10,
  fileName: 255,
  mimeType: 127,
  preview: 128,
  thumbnail: 12_288,
  /** One grapheme; families and flags are long. */
  emoji: 64,
  channelName: 80,
  channelDescription: 1_000,
  historyKeys: 100,
} as const;

/**
 * After how long messages can be made to disappear, seconds, ascending. People choose one of these; a lifetime that
 * another client sends lies between the first and the last, or its message is MALFORMED.
 */
export const MESSAGE_LIFETIMES = [30, 300, 3_600, 28_800, 86_400, 604_800, 2_592_000, 7_776_000] as const;

/** Channels and their MLS groups (RFC 9420). Sizes in bytes. */
export const CHANNEL_LIMITS = {
  /** People in one channel. */
  members: 1_000,
  /** Devices in one channel: leaves of its tree. */
  leaves: 1_500,
  /** One application message: it carries a key message. */
  envelope: 1_024,
  /** A Commit; it grows with the tree when many leaves are blank. */
  commit: 262_144,
  welcome: 524_288,
  /** A GroupInfo with its ratchet tree. */
  groupInfo: 524_288,
  keyPackage: 4_096,
  /** One-time KeyPackages that a device keeps on the server, and the stock below which it uploads more. */
  keyPackageTarget: 50,
  keyPackageRefillBelow: 10,
  /** One-time KeyPackages that a device brings with it, and keeps while it has nothing to do with channels. */
  keyPackagesAtFirst: 3,
  /** The most a server stores for one device. */
  keyPackageServerMax: 100,
  /** Lifetime of a KeyPackage, ms. */
  keyPackageLifetimeMs: 90 * DAY,
  /** The last-resort KeyPackage is replaced after this, ms. */
  lastResortRotationMs: 7 * DAY,
  /** Slack for clocks that run behind, ms. */
  clockSlackMs: DAY,
  /** A device refreshes its leaf after this, ms. */
  leafRefreshMs: 7 * DAY,
  /** Generations of one sender that may be skipped to reach a message. */
  maxForwardGenerations: 2_000,
  /** Rows of one page of a channel's log. */
  logPage: 100,
  /** Channels with more people keep read positions to themselves. */
  readReceiptsMaxMembers: 20,
} as const;

/** Attachments. Sizes in bytes. */
export const ATTACHMENT_LIMITS = {
  /** Plaintext of one chunk of the STREAM construction. */
  chunk: 65_536,
  /** AES-GCM's tag, once in each chunk. */
  tag: 16,
  /** Chunks that are stored and sent together. */
  chunksPerPart: 16,
  /** The largest file the format can carry. */
  maxSize: 2 ** 40,
} as const;

/** What a tenant's people may upload unless configured otherwise. */
export const DEFAULT_QUOTAS = {
  /** The largest file and the largest image, bytes of plaintext. */
  attachmentBytes: 25_000_000,
  imageBytes: 5_000_000,
  /** Files that one person, and all people of a tenant, have stored at a time, bytes of ciphertext. */
  storageBytesPerUser: 1_000_000_000,
  storageBytesPerTenant: 100_000_000_000,
} as const;

/** How long a server keeps what people leave behind, unless configured otherwise. */
export const DEFAULT_RETENTION = {
  /** Bodies and files of messages, days: a hundred years stand for always. */
  messageDays: 36_500,
  /** A guest whose devices have not been there for so many days is deleted, with their DMs. */
  guestDays: 365,
  /** What waits for one device at most; of more the oldest go, and the device reads those from the history. */
  mailboxEntries: 10_000,
} as const;

/** Counts. */
export const COUNT_LIMITS = {
  /** Devices of one account. */
  devicesPerUser: 20,
  /** Unlock ways of one account. */
  unlockMethods: 8,
  /** Former archive keys that a vault leads back to. */
  archiveLinks: 64,
  /** Rows of one page of history, search or conversations. */
  page: 100,
  /** Device-list versions returned in one answer. */
  deviceListChain: 200,
  /** Conversations of one account, and channels that it is invited to, that a client takes from a server. */
  conversations: 10_000,
} as const;

/** Lifetimes, ms. */
export const LIFETIMES = {
  challengeMs: 600 * SECOND,
  accessTokenMs: 15 * MINUTE,
  refreshTokenMs: 30 * DAY,
  linkMs: 600 * SECOND,
  /** WebSocket heartbeat. */
  heartbeatMs: 30 * SECOND,
  /** A typing notice counts for this long. */
  typingMs: 5 * SECOND,
  /** How long a sender keeps what it needs to answer a retry request. */
  retryRecordMs: 30 * DAY,
} as const;

/** Rates a server enforces unless configured otherwise. */
export const DEFAULT_RATES = {
  messagesPerMinutePerUser: 60,
  authPerMinutePerAddress: 20,
  /** Failed sign-ins of one account before it must wait. */
  failedAuthPerAccount: 5,
  socketsPerUser: 5,
  prekeyClaimsPerMinutePerUser: 60,
  /**
   * Versions of an account's device list: 20 a day together. New account keys are counted apart, so that a thief on one
   * device cannot use up what removing that device takes.
   */
  deviceListsPerDayPerAccount: 12,
  accountKeysPerDayPerAccount: 8,
  searchesPerMinutePerUser: 60,
  keyPackageClaimsPerMinutePerUser: 120,
  channelChangesPerMinutePerUser: 120,
  attachmentsPerMinutePerUser: 60,
} as const;

/** Argon2id for keys wrapped under a recovery code (RFC 9106 second profile, one lane: browsers run one thread). */
export const KEY_WRAP_PARAMETERS = { memoryKiB: 65_536, iterations: 3, parallelism: 1 } as const;
