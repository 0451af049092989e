import type { LiveEvent } from '@seal-chat/protocol/api';

/** Live events of which something is to be kept. */
export type StoredLiveEvent = Exclude<LiveEvent, { type: 'caught-up' | 'typing' | 'presence' }>;

/**
 * Something that only the leading tab does. The leader creates its parts (`sync/parts.ts`) and tells all of them what
 * happens, in the order of their list.
 */
export interface LeaderPart {
  /** The device is connected. The next part is told when this resolves. @throws SealError when nothing may be sent */
  connected?(): Promise<void> | void;
  /** The connection has ended. */
  disconnected?(): void;
  /** A live event has arrived. @throws SealError STORAGE_FAILED, DEVICE_REVOKED */
  apply?(event: StoredLiveEvent): Promise<void> | void;
  /** Rows were committed, by any tab. */
  committed?(keys: readonly string[]): void;
  /** This tab no longer leads. Resolves when nothing is under way. */
  stop?(): Promise<void> | void;
}
