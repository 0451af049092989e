import type { AttachmentId, Bytes, ConversationId, DeviceId, MessageId, UserId } from '@seal-chat/protocol';
import type { ChannelListing, MemberRole } from '@seal-chat/protocol/api';
import type { Mention, MessageRef } from '@seal-chat/protocol/content';
import type { SocketClass } from './api/socket.ts';
import type { SealApi } from './api/types.ts';
import type { Readable } from './state/atom.ts';
import type { StoreFactory } from './store/device-store.ts';
import type {
  AccountState,
  AtRest,
  ConnectionState,
  ConversationSummary,
  Invitation,
  LinkingState,
  Message,
  MessageAttachment,
  MessageWindow,
  OwnDevice,
  Person,
  SealEventName,
  SealEvents,
} from './types.ts';

/** What `createSealClient` takes. */
export interface SealClientOptions {
  /** Where the server is, such as `https://chat.example`. */
  readonly url: string;
  /** The tenant's publishable key. */
  readonly appKey: string;
  /**
   * Where the device keeps its keys and messages: `indexedDbStore()` (the default), `memoryStore()`, or in Node
   * `fileStore(directory)` of `@seal-chat/client/node`. Nothing replaces it silently: without IndexedDB and without
   * `store` the client is in state `storage-failed`.
   */
  readonly store?: StoreFactory;
  /** Several accounts in one place are told apart by this name; `default` if left out. */
  readonly profile?: string;
  /** WebSocket class, for Node before 22: the one of the `ws` package. */
  readonly webSocket?: SocketClass;
  /** Replaces `globalThis.fetch`. */
  readonly fetch?: typeof fetch;
  /** Replaces `Date.now`, ms. */
  readonly now?: () => number;
  /** Replaces `crypto.getRandomValues`: `length` random bytes. For tests that repeat. */
  readonly randomBytes?: (length: number) => Bytes;
}

/** A linking in progress. It ends by itself after ten minutes. */
export interface Linking {
  readonly state: Readable<LinkingState>;
  /** Old device only: the six digits are the same on both. */
  confirm(): void;
  /** Ends it; on the old device also when the digits differ. */
  cancel(): void;
  /** Settles when it is over. @throws SealError WRONG_CODE, NOT_FOUND, TOO_MANY_DEVICES … */
  readonly finished: Promise<void>;
}

/** What `send` takes besides the text. */
export interface SendOptions {
  readonly replyTo?: MessageRef;
  readonly mentions?: readonly Mention[];
  /** Files that were attached before, in the order they are shown. */
  readonly attachments?: readonly AttachmentId[];
}

/** A recorded voice note says so; every other file is taken for what it is. */
export interface AttachOptions {
  readonly kind?: 'voice';
  readonly durationMs?: number;
  /** Levels for the picture of the sound, one byte each, at most 128. */
  readonly waveform?: Uint8Array;
}

/** A file that belongs to no message yet. Its upload begins at once and goes on when the message is sent before it is done. */
export interface PendingAttachment {
  readonly attachmentId: AttachmentId;
  readonly attachment: Readable<MessageAttachment>;
  pause(): void;
  resume(): void;
  /** Gives it up and forgets it. */
  cancel(): void;
}

/** The content of an attachment while it is fetched and opened. */
export interface OpenedAttachment {
  /** The file's bytes, each verified before it is here. Errors with SealError ATTACHMENT_DAMAGED, OFFLINE … */
  readonly stream: ReadableStream<Uint8Array>;
  readonly size: number;
  readonly mimeType: string;
  readonly name: string;
}

export interface OpenAttachmentOptions {
  readonly signal?: AbortSignal;
  /** Bytes opened so far. */
  readonly onProgress?: (loaded: number) => void;
}

/** What members of a channel may do with it, by role. Each fails with FORBIDDEN where the role does not allow it. */
export interface ChannelControls {
  /** @throws SealError NAME_TAKEN, BAD_INPUT */
  rename(name: string): Promise<void>;
  describe(text: string): Promise<void>;
  setSharesHistory(isOn: boolean): Promise<void>;
  /** Makes people members without asking them. @throws SealError CHANNEL_FULL */
  add(userIds: readonly UserId[]): Promise<void>;
  /** Asks people; they become members when they accept. */
  invite(userIds: readonly UserId[]): Promise<void>;
  remove(userId: UserId): Promise<void>;
  setRole(userId: UserId, role: MemberRole): Promise<void>;
  leave(): Promise<void>;
  /** What the channel is encrypted with, as the keys on this device say; null while it has none. */
  encryption(): Promise<ChannelEncryption | null>;
}

/** Facts about the MLS group of a channel (RFC 9420). */
export interface ChannelEncryption {
  /** Number of the ciphersuite. */
  readonly suite: number;
  /** Devices that can read what is sent now. */
  readonly deviceCount: number;
  /** How often the keys have changed since the group was made. */
  readonly epoch: number;
}

/** One conversation. Holds no keys and may be asked for as often as wanted. */
export interface Conversation {
  readonly conversationId: ConversationId;
  /** Null until the conversation is known on this device. */
  readonly summary: Readable<ConversationSummary | null>;
  /** Loaded on first use; follows every change while somebody subscribes or asks. */
  readonly messages: Readable<MessageWindow>;
  /** Extends the window by one page of older messages. */
  loadEarlier(): Promise<void>;
  /**
   * Stores the message and queues it; resolves as soon as it cannot get lost on this device, also offline.
   * The text may be empty when there are attachments.
   * @throws SealError TOO_LARGE, BAD_INPUT (empty text), NOT_FOUND (unknown attachment), NOT_SIGNED_IN, STORAGE_FAILED
   */
  send(text: string, options?: SendOptions): Promise<Message>;
  /** Changes the text of an own message; offline too. @throws SealError FORBIDDEN, NOT_FOUND, BAD_INPUT, TOO_LARGE */
  edit(seq: number, text: string, mentions?: readonly Mention[]): Promise<void>;
  /** Takes an own message back, or in a channel as admin anybody's. Here it is gone at once. @throws SealError FORBIDDEN */
  deleteForEveryone(seq: number): Promise<void>;
  /** Removes a message from this device; others, own devices included, keep it. */
  deleteForMe(seq: number): Promise<void>;
  /** Adds or takes back the own reaction. @throws SealError NOT_FOUND, BAD_INPUT when `emoji` is not one */
  react(seq: number, emoji: string, isOn: boolean): Promise<void>;
  /** From here on messages disappear after `seconds`, for everybody; 0 turns that off. */
  setTimer(seconds: number): Promise<void>;
  /** Keeps what the person has begun to write; the caller decides how often. */
  setDraft(text: string): Promise<void>;
  setMuted(isMuted: boolean): Promise<void>;
  /**
   * Prepares a file and begins to upload it, encrypted.
   * @throws SealError TOO_LARGE with `details.maxBytes`, before anything is sent
   */
  attach(file: Blob & { readonly name?: string }, options?: AttachOptions): Promise<PendingAttachment>;
  /** Attached and not sent yet; survives a reload. */
  readonly attachments: Readable<readonly PendingAttachment[]>;
  /** Fetches and opens a file of a message. @throws SealError NOT_FOUND, OFFLINE, ATTACHMENT_DAMAGED */
  openAttachment(seq: number, attachmentId: AttachmentId, options?: OpenAttachmentOptions): Promise<OpenedAttachment>;
  /** Null for DMs. */
  readonly channel: ChannelControls | null;
  /** Puts a failed message back in the queue. */
  retry(messageId: MessageId): Promise<void>;
  /** Removes a failed message, or one whose files are still on their way to the server. */
  discard(messageId: MessageId): Promise<void>;
  /** Everything up to `seq` (default: all that is here) has been seen by the person. */
  markRead(seq?: number): Promise<void>;
  /** Call on every keystroke with `true`, and with `false` when the composer was emptied; sent at most every 3 s. */
  setTyping(isTyping: boolean): void;
}

/** One device of one account, shared by all tabs that name the same `profile`. */
export interface SealClient {
  /** The typed tRPC client underneath, signed in as this device. */
  readonly api: SealApi;
  readonly account: Readable<AccountState>;
  readonly connection: Readable<ConnectionState>;
  /** Newest activity first. */
  readonly conversations: Readable<readonly ConversationSummary[]>;
  /** Null until known. */
  readonly atRest: Readable<AtRest | null>;
  /** Resolves when the local store is open and its account known. @throws SealError STORAGE_FAILED */
  ready(): Promise<AccountState>;

  /**
   * Opens an account with this as its first device. A guest (`username: null`) has no recovery code.
   * @throws SealError USERNAME_TAKEN, BAD_INPUT, OFFLINE, CONFLICT when this device has an account
   */
  createAccount(options: { readonly username: string | null }): Promise<{ readonly recoveryCode: string | null }>;
  /** The person has kept the recovery code: this device forgets it. */
  confirmRecoveryCode(): Promise<void>;
  /** Makes a new recovery code; the old one stops working. */
  replaceRecoveryCode(): Promise<{ readonly recoveryCode: string }>;
  /** Continues the account this device was signed out of. */
  signIn(): Promise<void>;
  /**
   * Adds this device to an account by its recovery code. Messages sent before are not on it.
   * @throws SealError WRONG_CODE, NOT_FOUND, RATE_LIMITED, TOO_MANY_DEVICES
   */
  recover(options: { readonly username: string; readonly recoveryCode: string }): Promise<void>;
  /** On a device without account: joins by the code shown on another device. @throws SealError WRONG_CODE when it is no code */
  linkThisDevice(code: string): Linking;
  /** On a signed-in device: shows a code for a new one. */
  showLinkingCode(): Promise<Linking>;
  /** Ends the session; `wipe` also deletes keys and messages from this device. */
  signOut(options?: { readonly wipe?: boolean }): Promise<void>;

  /** Devices of the own account, from the verified list. */
  listDevices(): Promise<readonly OwnDevice[]>;
  /** Takes a device off the account: nothing sent from now on reaches it. */
  revokeDevice(deviceId: DeviceId): Promise<void>;

  /** People whose user name begins with `query`. @throws SealError RATE_LIMITED, OFFLINE */
  searchUsers(query: string): Promise<readonly Person[]>;
  /** The conversation with `userId`, made if there is none. */
  openDm(userId: UserId): Promise<Conversation>;
  conversation(conversationId: ConversationId): Conversation;
  /** Makes a channel with the person of this account as its owner. @throws SealError NAME_TAKEN, BAD_INPUT, OFFLINE */
  createChannel(options: {
    readonly name: string;
    readonly description?: string;
    readonly visibility: 'public' | 'private';
    readonly members?: readonly UserId[];
  }): Promise<Conversation>;
  /** Public channels whose name contains `query`, by name; `after` is the last name of the page before. */
  browseChannels(options: { readonly query?: string; readonly after?: string }): Promise<readonly ChannelListing[]>;
  /** Joins a public channel, or one with an invitation. @throws SealError NOT_FOUND, CHANNEL_FULL */
  joinChannel(conversationId: ConversationId): Promise<Conversation>;
  declineInvitation(conversationId: ConversationId): Promise<void>;
  readonly invitations: Readable<readonly Invitation[]>;
  /** 60 digits that are the same on both sides when nobody is in between. Null until both device lists are known. */
  safetyNumber(userId: UserId): Promise<string | null>;
  /** Trusts the changed account key of `userId` from now on. */
  acceptIdentity(userId: UserId): Promise<void>;
  /** Whether the person is looking; the newest call of any tab counts. */
  setPresence(state: 'online' | 'away'): void;
  /** Tries to connect now instead of waiting for the next attempt. */
  reconnect(): void;

  /** Calls `listener` on each such event, in every tab. Returns the function that ends it. */
  on<Name extends SealEventName>(name: Name, listener: (event: SealEvents[Name]) => void): () => void;
  /** Lets go of the connection, locks and store. What is queued is sent by another tab or next time. */
  close(): Promise<void>;
}
