import type { GroupState, MlsMember } from '@seal-chat/crypto/mls';
import type { Bytes, ConversationId, DeviceId, ErrorCode, KeyMessage, MessageId, UserId } from '@seal-chat/protocol';
import type { RowKey, RowPrefix } from './rows.ts';

/** The rows of channels besides their conversation: only code that is loaded with this folder reads and writes them. */

/**
 * How far this device has followed a channel's log, and what it can do there. Small: it is written with every message.
 */
export interface ChannelRow {
  /**
   * `creating`: the server may or may not have been told of it. `joining`: no keys yet. `broken`: an entry of the log
   * does not fit to what went before; nothing behind it is read until this device has joined again.
   */
  readonly status: 'creating' | 'joining' | 'joined' | 'broken' | 'left';
  /** Sequence number of the last entry that was processed; null before the one that let this device in. */
  readonly processedSeq: number | null;
  /** The newest group state this device was in: an older one is not joined (RFC 9420 §12.4.3.2, DS rolling back). */
  readonly incarnation: number;
  readonly epoch: number;
  /** Why it is broken. */
  readonly cause: ErrorCode | null;
  /** When this device last joined again on its own because the channel was broken. */
  readonly rejoinedAt: number | null;
  /** When the keys of this device's leaf were made. */
  readonly leafAt: number;
  /** This device's leaf came from a last-resort KeyPackage, which others may know, too. */
  readonly mustRefresh: boolean;
  /** Grows when a command changed who should be in the group: the leading tab then reconciles the group at once. */
  readonly reconcileRequests: number;
  /** The store was put back: what is here still reads, and must not send. A new leaf takes its place. */
  readonly isStale?: boolean;
  /**
   * Leaves whose device is no longer on a signed list: nothing is sent until they are out, whatever the server says.
   */
  readonly unlisted: readonly DeviceId[];
  /** What is to be done once a new channel is there. */
  readonly creating?: { readonly name: string; readonly description: string; readonly members: readonly UserId[] };
  /** Where devices came in that are to be handed the keys of earlier messages, and when it is this device's turn. */
  readonly awaitingSharedHistory?: readonly { readonly seq: number; readonly notBefore: number }[];
}

/** The group as this device has it. Changes with Commits. */
export interface GroupRow {
  readonly incarnation: number;
  readonly epoch: number;
  /** Secret: `GroupState.epoch`. */
  readonly state: Bytes;
  readonly authenticator: Bytes;
  readonly leaves: readonly MlsMember[];
}

/** A step of the group that is not part of it yet: made or received, and waiting for its place in the log. */
export interface PendingRow {
  readonly kind: 'commit' | 'external' | 'welcome' | 'reset';
  /** The idempotency key of a step of this device. */
  readonly commitId: MessageId | null;
  /** Its place, once known. */
  readonly seq: number | null;
  readonly incarnation: number;
  /** The epoch it ends; -1 when it begins a group. */
  readonly epoch: number;
  readonly next: { readonly state: GroupState; readonly authenticator: Bytes; readonly leaves: readonly MlsMember[] };
  /** What is sent, the same at every attempt; null when there is nothing left to send. */
  readonly request: {
    readonly commit: Bytes;
    readonly welcome: Bytes | null;
    readonly groupInfo: Bytes;
    readonly adds: readonly MlsMember[];
    readonly removes: readonly DeviceId[];
  } | null;
  /** The leaf of this device is known to others as well, and is to be renewed. */
  readonly mustRefresh: boolean;
  /** This device was in the group before, and lost its way: people are shown that. */
  readonly isRecovery?: boolean;
}

/** A Welcome that was taken out of the mailbox and is not opened yet. */
export interface WelcomeRow {
  readonly seq: number;
  readonly incarnation: number;
  readonly senderUserId: UserId;
  readonly senderDeviceId: DeviceId;
  readonly welcome: Bytes;
}

/** The private half of a KeyPackage. */
export interface KeyPackageRow {
  /** Secret. */
  readonly privateBytes: Bytes;
  readonly isLastResort: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** When another last resort took its place. */
  readonly replacedAt: number | null;
}

/** A message that could not be opened; kept so that it can be later. */
interface UndecryptableEntryRow {
  readonly envelope: Bytes;
  readonly body: Bytes;
  readonly incarnation: number;
  readonly epoch: number;
  /** The key, where the envelope could be opened and the body could not. */
  readonly keyMessage: KeyMessage | null;
}

/** The key of a message, to be handed to newcomers. */
export interface ContentKeyRow extends KeyMessage {
  readonly seq: number;
  readonly messageId: MessageId;
  readonly senderUserId: UserId;
  readonly senderDeviceId: DeviceId;
}

const key = <T>(name: string): RowKey<T> => name as RowKey<T>;
const prefix = <T>(name: string): RowPrefix<T> => name as RowPrefix<T>;
const ordered = (value: number): string => String(value).padStart(16, '0');

/** Keys of these rows. */
export const CHANNEL_ROWS = {
  channel: (id: ConversationId) => key<ChannelRow>(`channel/${id}`),
  channels: prefix<ChannelRow>('channel/'),
  group: (id: ConversationId) => key<GroupRow>(`group/${id}`),
  groups: prefix<GroupRow>('group/'),
  /** Secret: `GroupState.ratchets`. */
  ratchets: (id: ConversationId) => key<Bytes>(`group-ratchets/${id}`),
  pending: (id: ConversationId) => key<PendingRow>(`group-pending/${id}`),
  welcome: (id: ConversationId, seq: number) => key<WelcomeRow>(`welcome/${id}/${ordered(seq)}`),
  welcomesOf: (id: ConversationId) => prefix<WelcomeRow>(`welcome/${id}/`),
  welcomes: prefix<WelcomeRow>('welcome/'),
  keyPackage: (ref: string) => key<KeyPackageRow>(`keypackage/${ref}`),
  keyPackages: prefix<KeyPackageRow>('keypackage/'),
  undecryptable: (id: ConversationId, seq: number) =>
    key<UndecryptableEntryRow>(`undecryptable-entry/${id}/${ordered(seq)}`),
  undecryptableOf: (id: ConversationId) => prefix<UndecryptableEntryRow>(`undecryptable-entry/${id}/`),
  contentKey: (id: ConversationId, seq: number) => key<ContentKeyRow>(`content-key/${id}/${ordered(seq)}`),
  /** Of the message that said last what the channel is called. */
  profileKey: (id: ConversationId) => key<ContentKeyRow>(`profile-key/${id}`),
  contentKeysOf: (id: ConversationId) => prefix<ContentKeyRow>(`content-key/${id}/`),
  /** Places of the messages of the present epoch by their ids: the same signed message is not taken twice. */
  heard: (id: ConversationId, messageId: MessageId) => key<number>(`heard/${id}/${messageId}`),
  heardIn: (id: ConversationId) => prefix<number>(`heard/${id}/`),
} as const;

/** A channel this device has just heard of. */
export const NEW_CHANNEL: ChannelRow = {
  status: 'joining',
  processedSeq: null,
  incarnation: 0,
  epoch: 0,
  cause: null,
  rejoinedAt: null,
  leafAt: 0,
  mustRefresh: false,
  reconcileRequests: 0,
  unlisted: [],
};
