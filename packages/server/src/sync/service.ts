import { SealError, type ConversationId } from '@seal-chat/protocol';
import type { OwnPresence } from '@seal-chat/protocol/api';
import type { Sql } from 'postgres';
import type { SqlDoor } from '../db/doors.ts';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { chunks, type Bus } from '../bus/bus.ts';
import { findMembers, findWatched } from '../conversations/lookup.ts';
import { rateLimited } from '../limits/durable.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Presence } from '../presence/presence.ts';
import type { Connection, Session } from '../sessions/session.ts';
import { createAcks } from './acks.ts';
import type { Audience } from '../delivery/audience.ts';
import type { Hub } from '../delivery/hub.ts';
import type { Sweep } from '../delivery/sweep.ts';
import { createInbox, type InboxBatch } from './inbox.ts';
import { readMissed } from './missed.ts';
import { findAudiences, findMailbox, readMailbox, type Delivered } from './store.ts';

/** What reaches a device, and what it says back while it is connected. */
export interface SyncService {
  /**
   * The device's mailbox from after `lastEventId` on, then whatever happens. Ends with the session.
   * @throws SealError SESSION_EXPIRED, DEVICE_REVOKED; UNAVAILABLE when the reader is too slow
   */
  subscribe(
    session: Session,
    connection: Connection | null,
    lastEventId: number | null,
    signal: AbortSignal,
  ): AsyncGenerator<InboxBatch, void, void>;
  /** Deletes the mailbox up to and including `position`. Resolves after the commit. */
  ack(session: Session, position: number): Promise<void>;
  /** @throws SealError NOT_A_MEMBER, RATE_LIMITED */
  typing(session: Session, conversationId: ConversationId, isTyping: boolean): Promise<void>;
  /** @throws SealError RATE_LIMITED */
  presence(session: Session, connection: Connection | null, state: OwnPresence): Promise<void>;
  /** Resolves when acknowledgements given so far are committed. */
  drain(): Promise<void>;
}

/** Typing and presence notices of one device. */
const NOTICES = { points: 40, duration: 10 };
/** Subscriptions of one device in one process: two for each socket it may have. */
const SUBSCRIPTIONS_PER_SOCKET = 2;
const DELIVERED_PER_NOTICE = 20;

export function createSyncService(deps: {
  readonly sql: SqlDoor;
  readonly functions: Sql;
  /** For acknowledgements alone. */
  readonly writes: Sql;
  readonly bus: Bus;
  readonly hub: Hub;
  readonly sweep: Sweep;
  readonly audience: Audience;
  readonly presence: Presence;
  readonly metrics: Pick<Metrics, 'queue'>;
  readonly onError: (error: unknown) => void;
}): SyncService {
  const { sql, functions, writes, bus, hub, sweep, audience, presence, metrics, onError } = deps;
  const notices = new RateLimiterMemory(NOTICES);
  sweep.add(() => readMissed(functions, hub));
  const acks = createAcks({
    sql: writes,
    onDelivered: tellDelivered,
    onError,
    meter: metrics.queue('acknowledgements'),
  });

  async function tellDelivered(delivered: readonly Delivered[]): Promise<void> {
    if (delivered.length === 0) return;
    const audiences = await findAudiences(functions, delivered);
    for (const tenantId of new Set(delivered.map((one) => one.tenantId))) {
      const entries = delivered
        .filter((one) => one.tenantId === tenantId)
        .map(({ conversationId, userId, upToSeq }) => ({
          event: { type: 'delivered' as const, conversationId, userId, upToSeq },
          to: (audiences.get(tenantId + conversationId) ?? []).filter((member) => member !== userId),
        }));
      for (const some of chunks(entries, DELIVERED_PER_NOTICE)) {
        bus.publish({ kind: 'delivered', tenantId, entries: some });
      }
    }
  }

  async function countNotice({ tenantId, deviceId }: Session): Promise<void> {
    try {
      await notices.consume(tenantId + deviceId);
    } catch (rejection) {
      throw rejection instanceof RateLimiterRes ? rateLimited(rejection.msBeforeNext) : rejection;
    }
  }

  return {
    subscribe(session, connection, lastEventId, signal) {
      const { tenantId, userId, deviceId, rates } = session;
      const reader = {
        async start() {
          const mailbox = await findMailbox(sql.of(tenantId), tenantId, deviceId);
          if (mailbox === null) throw new SealError('DEVICE_REVOKED');
          // A position the mailbox has never reached is of another database: better twice than not at all.
          const isKnown = lastEventId !== null && lastEventId >= mailbox.acked && lastEventId <= mailbox.head;
          return isKnown ? lastEventId : mailbox.acked;
        },
        readAfter: (position: number) => readMailbox(sql.of(tenantId), tenantId, deviceId, position),
      };
      const inbox = createInbox({ session, connection, reader });
      let leave = (): void => undefined;
      // Runs when the first batch is asked for, so that an inbox without a reader is never in the hub.
      const begin = async (): Promise<void> => {
        if (connection === null) throw new SealError('BAD_INPUT', 'sync: a subscription needs a WebSocket');
        if (hub.ofDevice(tenantId, deviceId).length >= SUBSCRIPTIONS_PER_SOCKET * rates.socketsPerUser) {
          throw new SealError('TOO_MANY_CONNECTIONS');
        }
        leave = hub.add(inbox);
        await session.check();
        const people = await findWatched(sql.of(tenantId), tenantId, userId);
        const events = people.map((peer) => presence.eventOf(tenantId, peer)).filter((event) => event !== null);
        // Who is there comes first, should there be more than a reader is told of.
        events.sort((one, other) => Number(one.state === 'offline') - Number(other.state === 'offline'));
        for (const event of events) inbox.tell(event, `presence:${event.userId}`);
      };
      return inbox.batches(signal, { begin, end: () => leave() });
    },

    ack: ({ tenantId, deviceId }, position) => acks.add({ tenantId, deviceId, position }),

    async typing(session, conversationId, isTyping) {
      await countNotice(session);
      const { tenantId, userId } = session;
      const members = await findMembers(sql.of(tenantId), tenantId, conversationId);
      if (!members.includes(userId)) throw new SealError('NOT_A_MEMBER');
      const others = members.filter((member) => member !== userId);
      audience.tell(tenantId, others, { type: 'typing', conversationId, userId, isTyping });
    },

    async presence(session, connection, state) {
      await countNotice(session);
      if (connection === null) throw new SealError('BAD_INPUT', 'sync: presence needs a WebSocket');
      presence.setState(session.tenantId, session.userId, connection.id, state);
    },

    drain: acks.drain,
  };
}
