import type { ArchiveKey, DeviceKeys, DeviceListState, SignKeyPair, SignSeed } from '@seal-chat/crypto';
import type { CreatedKeyPackage } from '@seal-chat/crypto/key-packages';
import type { NewVault } from '@seal-chat/crypto/vault';
import type {
  AttachmentId,
  Bytes,
  ConversationId,
  Device,
  DeviceId,
  ErrorCode,
  MessageContent,
  MessageId,
  PreKeyKind,
  RegisterEntry,
  SignedDeviceList,
  TenantId,
  UserId,
  ContentKey,
  DhPublicKey,
  SignPublicKey,
} from '@seal-chat/protocol';
import type { Attachment } from '@seal-chat/protocol/content';
import type { DeviceLine, Invitation, Rename } from '../model/conversation.ts';
import type { Challenge } from './challenge-row.ts';
import type { ConversationRow } from './conversation-row.ts';
import type {
  SharedHistoryRow,
  MessageRow,
  ShownContent,
  UndecryptableRow,
  UnsupportedRow,
  WaitingChangeRow,
} from './message-rows.ts';

export type * from './conversation-row.ts';
export type * from './message-rows.ts';
export type { DeviceLine, Rename };

/**
 * The rows of a device's store: what each holds, and its key. Times are ms on the server's clock unless said otherwise.
 */

declare const held: unique symbol;
/** The key of a row that holds a `T`. */
export type RowKey<T> = string & { readonly [held]: T };
/** What the keys of all rows of one kind begin with. */
export type RowPrefix<T> = string & { readonly [held]: readonly T[] };

export interface AccountRow {
  /**
   * `registering` and `joining`: the keys are here, and the server may or may not have been told of them.
   * `revoked`: taken off the account by another device; once the signed list has proved it, the keys are gone.
   */
  readonly status: 'registering' | 'joining' | 'active' | 'signed-out' | 'revoked';
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly username: string | null;
  /** Ed25519, 32 bytes: the person. */
  readonly identityKey: SignPublicKey;
  /** On the first device until the recovery code is confirmed, on a guest's first device for good; null on others. */
  readonly identitySeed: SignSeed | null;
  /** Ed25519: signs device lists. Behind the list's certificate until another device's share of the next arrived. */
  readonly accountKey: SignKeyPair;
  readonly archive: ArchiveKey;
  readonly device: DeviceKeys;
  /** Until the person confirms to have kept it. */
  readonly recoveryCode: string | null;
  /** What registering or joining sends, and the challenges of requests that may still be on their way. */
  readonly unpublished: {
    readonly deviceList: SignedDeviceList;
    readonly vault: NewVault | null;
    readonly keyPackages: readonly CreatedKeyPackage[];
    readonly challenges: readonly Challenge[];
  } | null;
  /** What waits for the recovery code, see `AccountState`. */
  readonly unlockFor: 'removal' | 'key' | null;
  /** Devices that joined since the person last looked. */
  readonly newDevices: readonly DeviceId[];
}

export interface TokensRow {
  readonly accessToken: string;
  readonly accessExpiresAt: number;
  readonly refreshToken: string;
  readonly refreshExpiresAt: number;
  /** Server's clock minus this device's, ms. */
  readonly clockOffset: number;
}

/** An account this device knows, this account included. */
export interface PeerRow {
  /** The verified device list, without a gap since it was first seen. Its identity key is the one first seen. */
  readonly known: DeviceListState;
  /** When this device has learned of that version: what was sent before may name an older one. */
  readonly learnedAt: number;
  /** The earliest version whose devices are known. */
  readonly knownFrom: number;
  /** A device was taken off by another one, and knows the account key that still signs. */
  readonly hasOpenRemoval: boolean;
  readonly retired: readonly RetiredDevice[];
  /** The identity key the server shows instead; sending waits until the person accepts it. */
  readonly changedKey: SignPublicKey | null;
}

/** A device that left the list; what it had sent before may still arrive. */
export interface RetiredDevice {
  readonly device: Device;
  /** First list version without it. */
  readonly removedIn: number;
  /** When this device learned of it. */
  readonly learnedAt: number;
}

/** What the person has begun to write. */
export interface DraftRow {
  readonly text: string;
}

/** One outgoing body, until the server has accepted it. */
export interface OutboxRow {
  readonly messageId: MessageId;
  readonly content: MessageContent;
  readonly sentAt: number;
  /** Why it is not going to be sent automatically; null while it waits. */
  readonly failure: ErrorCode | null;
  /** What is sent, the same at every attempt; null until it was encrypted. */
  readonly wire: WireMessage | null;
  /** What is shown meanwhile; left out for texts and for what is not shown. */
  readonly shown?: ShownContent;
  /** Told to the server, so that it forgets the body in time. */
  readonly lifetimeSeconds?: number;
  readonly attachmentIds?: readonly AttachmentId[];
  /** Those of its uploads that are not done: it is not sent before, and does not hold up others. */
  readonly waitsFor?: readonly AttachmentId[];
}

/** A file that was attached, until a message has it and the server all of it. */
export interface UploadRow {
  /** As the message will say it. */
  readonly attachment: Attachment;
  /** This device's clock; files are shown in this order. */
  readonly addedAt: number;
  readonly state: 'active' | 'paused' | 'failed' | 'done';
  /** Why it failed; null otherwise. */
  readonly failure: ErrorCode | null;
  /** Whether its ciphertext is kept in rows, so that an upload goes on after a reload. */
  readonly keepsParts: boolean;
  /** Whether all of its ciphertext is. */
  readonly isPrepared: boolean;
  /** Parts that the server has. */
  readonly storedParts: readonly number[];
  /** A queued message has it. */
  readonly isTaken: boolean;
}

export interface WireMessage {
  readonly body: Bytes;
  /** The body's own counter. */
  readonly counter: number;
  readonly contentKey: ContentKey;
  readonly bodyHash: Bytes;
  readonly deviceLists: readonly { readonly userId: UserId; readonly version: number }[];
  readonly envelopes: readonly WireEnvelope[];
  /** In a channel: the one MLS message instead of lists and envelopes, and the epoch it was made in. */
  readonly group?: { readonly incarnation: number; readonly epoch: number; readonly envelope: Bytes };
}

export interface WireEnvelope {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly envelope: Bytes;
  /** Which session it was made with, to decide on a retry request whether a new one is needed. */
  readonly sessionId: Bytes;
  /** The versions of the two device lists that the envelope names. */
  readonly listVersions: { readonly own: number; readonly recipient: number };
  /** The device's key when the envelope was made: only its holder may ask for the message again. */
  readonly dhKey: DhPublicKey;
}

/** What answering a retry request needs (Sesame §4.3); kept `LIFETIMES.retryRecordMs`. */
export interface SentRow {
  readonly contentKey: ContentKey;
  readonly bodyHash: Bytes;
  readonly acceptedAt: number;
  /** The devices the message was addressed to, with the session last used and how often it was sent again. */
  readonly devices: readonly {
    readonly userId: UserId;
    readonly deviceId: DeviceId;
    readonly sessionId: Bytes;
    readonly dhKey: DhPublicKey;
    readonly retries: number;
  }[];
}

/** A retry request of another device that is not answered yet. */
export interface AnswerRow {
  readonly conversationId: ConversationId;
  readonly seq: number;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  /** Encrypted already: the same bytes are sent until the server has them. */
  readonly envelope: Bytes | null;
  /** Not before this. */
  readonly notBefore: number;
}

export interface PreKeysRow {
  /** The next key id of each kind; ids are never used again. */
  readonly nextId: Readonly<Record<PreKeyKind, number>>;
  readonly signed: CurrentPreKey | null;
  readonly kemLastResort: CurrentPreKey | null;
  /** Keys that were replaced and are deleted some time later. */
  readonly replaced: readonly { readonly kind: PreKeyKind; readonly keyId: number; readonly replacedAt: number }[];
}

/** A new account key, from before it is published until it is in use. */
export interface ReplacementRow {
  readonly deviceList: SignedDeviceList;
  readonly vault: NewVault | null;
  readonly shares: readonly { readonly deviceId: DeviceId; readonly envelope: Bytes }[];
  readonly accountKey: SignKeyPair;
  readonly archive: ArchiveKey;
}

export interface CurrentPreKey {
  readonly keyId: number;
  readonly createdAt: number;
}

const key = <T>(name: string): RowKey<T> => name as RowKey<T>;
const prefix = <T>(name: string): RowPrefix<T> => name as RowPrefix<T>;
/** Numbers as text that sorts like numbers. */
const ordered = (value: number): string => String(value).padStart(16, '0');

/** More than a store reports in a lifetime: one that was put back goes on beyond what the server has seen. */
export const ROLLBACK_STEP = 1_000_000_000;

/** Keys of rows. */
export const ROWS = {
  account: key<AccountRow>('account'),
  tokens: key<TokensRow>('tokens'),
  replacement: key<ReplacementRow>('replacement'),
  /** A vault for a new recovery code, until the server has it. */
  vaultUpload: key<NewVault>('vault-upload'),
  /** Position of the last mailbox event that was processed. */
  mailboxPosition: key<number>('mailbox-position'),
  /** The number that this store reported to the server last (`sync/checkpoint.ts`). */
  checkpoint: key<number>('checkpoint'),
  preKeys: key<PreKeysRow>('prekeys'),
  /** `privatePreKeyCodec`. */
  preKey: (kind: PreKeyKind, keyId: number) => key<Bytes>(`prekey/${kind}/${ordered(keyId)}`),
  preKeysOf: (kind: PreKeyKind) => prefix<Bytes>(`prekey/${kind}/`),
  /** The name that was first seen with a user id. */
  name: (userId: UserId) => key<string>(`name/${userId}`),
  peer: (userId: UserId) => key<PeerRow>(`peer/${userId}`),
  peers: prefix<PeerRow>('peer/'),
  /** `sessionRecordHeadCodec`: which sessions there are with a device. */
  sessionRecord: (userId: UserId, deviceId: DeviceId) => key<Bytes>(`session-record/${userId}/${deviceId}`),
  sessionRecordsOf: (userId: UserId) => prefix<Bytes>(`session-record/${userId}/`),
  sessionRecords: prefix<Bytes>('session-record/'),
  /** `sessionCodec`: one of them. */
  session: (userId: UserId, deviceId: DeviceId, name: string) => key<Bytes>(`session/${userId}/${deviceId}/${name}`),
  sessionsOf: (userId: UserId) => prefix<Bytes>(`session/${userId}/`),
  sessions: prefix<Bytes>('session/'),
  /** When a new session was last made on another device's request. */
  sessionReset: (deviceId: DeviceId) => key<number>(`reset/${deviceId}`),
  conversation: (id: ConversationId) => key<ConversationRow>(`conversation/${id}`),
  conversations: prefix<ConversationRow>('conversation/'),
  message: (id: ConversationId, seq: number) => key<MessageRow>(`message/${id}/${ordered(seq)}`),
  messagesOf: (id: ConversationId) => prefix<MessageRow>(`message/${id}/`),
  undecryptable: (id: ConversationId, seq: number) => key<UndecryptableRow>(`undecryptable/${id}/${ordered(seq)}`),
  undecryptableIn: (id: ConversationId) => prefix<UndecryptableRow>(`undecryptable/${id}/`),
  allUndecryptable: prefix<UndecryptableRow>('undecryptable/'),
  outbox: (id: ConversationId, order: number) => key<OutboxRow>(`outbox/${id}/${ordered(order)}`),
  outboxOf: (id: ConversationId) => prefix<OutboxRow>(`outbox/${id}/`),
  allOutbox: prefix<OutboxRow>('outbox/'),
  /** Where in the outbox the read position was put last: its order. */
  announcement: (id: ConversationId) => key<number>(`announcement/${id}`),
  /** Place in the queue of the body that was encrypted last: the only one that may be on its way. */
  underWay: (id: ConversationId) => key<number>(`under-way/${id}`),
  sent: (id: ConversationId, seq: number) => key<SentRow>(`sent/${id}/${ordered(seq)}`),
  allSent: prefix<SentRow>('sent/'),
  answer: (id: ConversationId, seq: number, deviceId: DeviceId) =>
    key<AnswerRow>(`answer/${id}/${ordered(seq)}/${deviceId}`),
  answers: prefix<AnswerRow>('answer/'),
  upload: (id: ConversationId, attachmentId: AttachmentId) => key<UploadRow>(`upload/${id}/${attachmentId}`),
  uploadsOf: (id: ConversationId) => prefix<UploadRow>(`upload/${id}/`),
  allUploads: prefix<UploadRow>('upload/'),
  uploadPart: (attachmentId: AttachmentId, part: number) => key<Bytes>(`upload-part/${attachmentId}/${ordered(part)}`),
  draft: (id: ConversationId) => key<DraftRow>(`draft/${id}`),
  waitingChange: (id: ConversationId, target: number, seq: number) =>
    key<WaitingChangeRow>(`waiting/${id}/${ordered(target)}/${ordered(seq)}`),
  waitingChangesOf: (id: ConversationId, target: number) =>
    prefix<WaitingChangeRow>(`waiting/${id}/${ordered(target)}/`),
  unsupported: (id: ConversationId, seq: number) => key<UnsupportedRow>(`unsupported/${id}/${ordered(seq)}`),
  allUnsupported: prefix<UnsupportedRow>('unsupported/'),
  sharedHistory: (id: ConversationId, seq: number) => key<SharedHistoryRow>(`shared-history/${id}/${ordered(seq)}`),
  allSharedHistory: prefix<SharedHistoryRow>('shared-history/'),
  /** Messages that answer another: what they quote of it follows it. The value is their sequence number. */
  reply: (id: ConversationId, target: number, seq: number) =>
    key<number>(`reply/${id}/${ordered(target)}/${ordered(seq)}`),
  repliesTo: (id: ConversationId, target: number) => prefix<number>(`reply/${id}/${ordered(target)}/`),
  /** Places of the messages that invite to a channel. */
  invitation: (channelId: ConversationId, id: ConversationId, seq: number) =>
    key<{ readonly conversationId: ConversationId; readonly seq: number }>(
      `invitation/${channelId}/${id}/${ordered(seq)}`,
    ),
  invitationsTo: (channelId: ConversationId) =>
    prefix<{ readonly conversationId: ConversationId; readonly seq: number }>(`invitation/${channelId}/`),
  /**
   * The conversation has numbers that are not accounted for: the server is to be asked. 0 where it is to be asked first
   * how far it has counted.
   */
  gap: (id: ConversationId) => key<number>(`gap/${id}`),
  gaps: prefix<number>('gap/'),
  /** When to delete which message; in the order of time. The value is the time again. */
  expiry: (at: number, id: ConversationId, seq: number) => key<number>(`expiry/${ordered(at)}/${id}/${ordered(seq)}`),
  expiries: prefix<number>('expiry/'),
  /** Sequence numbers whose bodies the server is still to be told to delete. The value is when to try again. */
  removal: (id: ConversationId, seq: number) => key<number>(`removal/${id}/${ordered(seq)}`),
  removals: prefix<number>('removal/'),
  /** What the devices of the account keep in step: see `conversations/registers.ts`. */
  register: (topic: number, subject: ConversationId | UserId, field: number) =>
    key<RegisterEntry>(`register/${topic}/${subject}/${field}`),
  registersOf: (topic: number, subject: ConversationId | UserId) =>
    prefix<RegisterEntry>(`register/${topic}/${subject}/`),
  registersAbout: (topic: number) => prefix<RegisterEntry>(`register/${topic}/`),
  /** People who are blocked. */
  blocked: key<readonly UserId[]>('blocked'),
  /** Devices of this account that were told what the registers say. */
  introduced: key<readonly DeviceId[]>('introduced'),
  /** How many rows of a kind there are that only the server speaks of, see `room.ts`. */
  count: (kind: string) => key<number>(`count/${kind}`),
  /** Invitations as the server last listed them. */
  invitations: key<readonly Invitation[]>('invitations'),
} as const;

/** What the key of a row says: its conversation and, where it has one, its sequence number or order. */
export function placeOf(rowKey: string): { readonly conversationId: ConversationId; readonly seq: number } {
  const [, conversationId, seq] = rowKey.split('/');
  return { conversationId: conversationId as ConversationId, seq: Number(seq) };
}
