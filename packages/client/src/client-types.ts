import type { Bytes, ConversationId, DeviceId, MessageId, UserId } from '@seal-chat/protocol';
import type { SocketClass } from './api/socket.ts';
import type { SealApi } from './api/types.ts';
import type { Readable } from './state/atom.ts';
import type { StoreFactory } from './store/device-store.ts';
import type {
  AccountState,
  AtRest,
  ConnectionState,
  ConversationSummary,
  LinkingState,
  Message,
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
   * @throws SealError TOO_LARGE, BAD_INPUT (empty text), NOT_SIGNED_IN, STORAGE_FAILED
   */
  send(text: string): Promise<Message>;
  /** Puts a failed message back in the queue. */
  retry(messageId: MessageId): Promise<void>;
  /** Removes a failed message. */
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
