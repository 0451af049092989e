import type { SocketClass } from '../api/socket.ts';
import type { StoreFactory } from '../store/device-store.ts';
import type { ChannelsMode } from '../sync/channels-part.ts';
import type { StrangersMode } from '../sync/people-part.ts';
import type { Bytes } from '@seal-chat/protocol';

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
  /**
   * `prepared` (the default): the code of channels is loaded with the first connection, and the device is ready to be
   * added to many. `on-demand`: that code is loaded when the account is first in a channel or invited to one. For pages,
   * where every file counts. Either way the device can be added while it is offline, and reads from that moment on.
   */
  readonly channels?: ChannelsMode;
  /**
   * `ask` (the default): the first message of a person this account has never written to is a request, kept apart until
   * it is accepted. `accept`: everybody who writes is accepted at once. For bots and support desks.
   */
  readonly strangers?: StrangersMode;
  /** What the other devices of the account call this one, at most 64 bytes; by default browser and system. */
  readonly deviceName?: string;
  /** WebSocket class, for Node before 22: the one of the `ws` package. */
  readonly webSocket?: SocketClass;
  /** Replaces `globalThis.fetch`. */
  readonly fetch?: typeof fetch;
  /** Replaces `Date.now`, ms. */
  readonly now?: () => number;
  /** Replaces `crypto.getRandomValues`: `length` random bytes. For tests that repeat. */
  readonly randomBytes?: (length: number) => Bytes;
}
