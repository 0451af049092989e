import type { ConversationId, DeviceId, TenantId, UserId } from '@seal-chat/protocol';
import type { LiveEvent, PresenceState } from '@seal-chat/protocol/api';

/** A live event that fits a notification; a process looks a conversation up when it has sockets to tell. */
export type NoticedEvent =
  | Exclude<LiveEvent, { type: 'conversation' | 'delivered' | 'caught-up' }>
  | { readonly type: 'conversation'; readonly conversationId: ConversationId };

/** What processes tell each other. Holds ids and states, never content; nothing breaks when one is lost for good. */
export type Notice =
  /** These mailboxes have new entries. */
  | { readonly kind: 'mailboxes'; readonly tenantId: TenantId; readonly deviceIds: readonly DeviceId[] }
  /** An event for every device of some users, or for single devices. */
  | {
      readonly kind: 'event';
      readonly tenantId: TenantId;
      readonly userIds: readonly UserId[];
      readonly deviceIds: readonly DeviceId[];
      readonly event: NoticedEvent;
    }
  /** Members have stored more; `to` are the users whom that concerns. */
  | { readonly kind: 'delivered'; readonly tenantId: TenantId; readonly entries: readonly DeliveredNotice[] }
  /** The log of a channel has these entries, from one sequence number to another. */
  | {
      readonly kind: 'channel-entries';
      readonly tenantId: TenantId;
      readonly conversationId: ConversationId;
      readonly from: number;
      readonly to: number;
    }
  /** The devices that should be in the groups of these channels have changed. */
  | { readonly kind: 'channel-heads'; readonly tenantId: TenantId; readonly conversationIds: readonly ConversationId[] }
  /** The outbox has rows. */
  | { readonly kind: 'outbox' }
  | { readonly kind: 'session-ended'; readonly tenantId: TenantId; readonly sessionId: string }
  | { readonly kind: 'devices-removed'; readonly tenantId: TenantId; readonly deviceIds: readonly DeviceId[] }
  /** How many sockets of some users the sending process has, and what they say of the person. */
  | { readonly kind: 'presence'; readonly tenantId: TenantId; readonly users: readonly PresenceReport[] }
  /**
   * The sending process began to listen, to everything or to what concerns one tenant: others, or the one it is `to`,
   * answer with their presence reports. Listeners of the sending process hear it too: what they were told before may be
   * out of date.
   */
  | { readonly kind: 'hello'; readonly to?: string; readonly tenantId?: TenantId }
  /** Notices of the sending process were lost on their way. */
  | { readonly kind: 'gap' }
  /** The sending process lives. */
  | { readonly kind: 'alive' }
  /** The sending process stops, and has told everything. */
  | { readonly kind: 'bye' };

/** A member of a conversation has stored everything up to a sequence number. */
export interface DeliveredNotice {
  readonly event: Extract<LiveEvent, { type: 'delivered' }>;
  readonly to: readonly UserId[];
}

/** One process's knowledge of one user. */
export interface PresenceReport {
  readonly userId: UserId;
  readonly state: PresenceState;
  readonly sockets: number;
  readonly lastSeenAt: number | null;
}

/** Hears a notice. `from` is the id of the process that sent it. */
export type Listener = (notice: Notice, from: string) => void;

/** Carries notices to every process on the database, this one included. */
export interface Bus {
  /** Id of this process. */
  readonly processId: string;
  /**
   * Tells all processes; listeners in this process are called before this returns. What is told of the database is told
   * after the commit, never inside the transaction: a notification there holds a lock of the whole server until it ends.
   */
  publish(notice: Notice): void;
  /** Tells the other processes alone, when this one knows already. */
  publishToOthers(notice: Notice): void;
  /** @returns stops listening */
  listen(listener: Listener): () => void;
  /** Hears what concerns a tenant, until the returned function is called. Without it a bus may leave that out. */
  follow(tenantId: TenantId): () => void;
  /** Calls `handler` whenever notices of other processes may have been lost: of one tenant, or null for any. */
  onGap(handler: (tenantId: TenantId | null) => void): void;
  /** Calls `handler` with the id of a process that stopped, or was silent for too long. */
  onGone(handler: (processId: string) => void): void;
  /** Whether notices make their way, as far as this process knows. */
  isUp(): boolean;
  /** Begins to listen to other processes. */
  start(): Promise<void>;
  /** Resolves when a notice makes its way; rejects when not. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Ids in one notice, so that it fits the 8,000 bytes of a notification. */
const IDS_PER_NOTICE = 150;

/** Cuts `items` into pieces of at most `size`. */
export function chunks<T>(items: readonly T[], size: number = IDS_PER_NOTICE): readonly (readonly T[])[] {
  if (items.length <= size) return items.length === 0 ? [] : [items];
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
