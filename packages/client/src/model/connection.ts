import type { SealError } from '@seal-chat/protocol';

/** How this device and other people are connected. Times are ms since 1970. */

/** How this device, over all its tabs, reaches the server. */
export type ConnectionState =
  /** Signed out or closed: no connection is wanted. */
  | { readonly status: 'idle' }
  | { readonly status: 'connecting' }
  /** Connected; what was missed is still arriving. */
  | { readonly status: 'catching-up' }
  | { readonly status: 'online' }
  /** The next attempt starts at `retryAt`; `error` is why the last one ended. */
  | { readonly status: 'offline'; readonly retryAt: number; readonly error: SealError | null };

export type PresenceState = 'online' | 'away' | 'offline';

export interface Presence {
  readonly state: PresenceState;
  /** When the person was last connected, if the server told. */
  readonly lastSeenAt: number | null;
}
