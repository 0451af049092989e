import { randomUUID } from 'node:crypto';
import { webCryptoVerify, type Curves } from '@seal-chat/crypto/verify';
import type { Bus } from './bus/bus.ts';
import { findConversation, findPeers, findWatchers } from './conversations/lookup.ts';
import { openDatabase, type Database } from './db/database.ts';
import { databaseErrorClass } from './db/error-class.ts';
import { createAudience, deliverNotices, type Audience } from './delivery/audience.ts';
import { createHub, type Hub } from './delivery/hub.ts';
import { createSweep, type Sweep, type SweepPauses } from './delivery/sweep.ts';
import { createDurableLimits, type DurableLimits } from './limits/durable.ts';
import { createMessageLimits, type MessageLimits } from './limits/messages.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics/metrics.ts';
import { createPresence, type Presence } from './presence/presence.ts';
import { RELAY_PAUSES } from './outbox/relay.ts';
import { createWaker, type Waker } from './outbox/waker.ts';
import { createRepeatedErrors, type RepeatedErrors } from './repeated-errors.ts';
import { createLiveSessions, type LiveSessions } from './sessions/live-sessions.ts';
import { findSession } from './sessions/store.ts';
import { createUsageMeter, type UsageMeter } from './usage/meter.ts';

/** Creates the bus of a process. */
export type BusFactory = (deps: {
  readonly processId: string;
  /** Of the database. */
  readonly url: string;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
}) => Bus;

/** What the features of one process share: database, bus, limits, and who is connected. */
export interface Infrastructure extends Omit<Database, 'pool' | 'close'> {
  readonly bus: Bus;
  readonly curves: Pick<Curves, 'verify'>;
  readonly hub: Hub;
  /** Finds what no notice told of. */
  readonly sweep: Sweep;
  readonly audience: Audience;
  readonly presence: Presence;
  readonly liveSessions: LiveSessions;
  readonly limits: DurableLimits;
  readonly messageLimits: MessageLimits;
  /** Has what follows from changes done soon. */
  readonly outbox: Pick<Waker, 'wake'>;
  /** What tenants use. */
  readonly usage: UsageMeter;
  readonly metrics: Metrics;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Keeps an error that goes on from filling the log. */
  readonly repeated: RepeatedErrors;
  /** Logs that background work failed. */
  readonly onError: (error: unknown) => void;
  /** Closes everything, the database last. */
  close(): Promise<void>;
}

/** Opens the database and puts together what features share. The bus is started by the caller, once all listen. */
export function createInfrastructure(options: {
  readonly databaseUrl: string;
  readonly isIsolated: boolean;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: () => number;
  readonly leaveGraceMs: number | undefined;
  readonly createBus: BusFactory;
  readonly sweepPauses: SweepPauses | undefined;
}): Infrastructure {
  const { databaseUrl, isIsolated, log, metrics, clock, leaveGraceMs, createBus, sweepPauses } = options;
  const onError = (err: unknown): void => {
    const failure = databaseErrorClass(err);
    if (failure !== null) metrics.countDatabaseError(failure);
    repeated.see(describeKind(err), (more) => log.error({ err, ...more }, 'background work failed'));
  };

  const repeated = createRepeatedErrors();
  const db = openDatabase({ url: databaseUrl, isIsolated, onError });
  const { sql, functions, pool } = db;
  const bus = createBus({ processId: randomUUID(), url: databaseUrl, clock, onError });
  metrics.watch('seal_db_pool_in_use', () => pool.totalCount - pool.idleCount);
  metrics.watch('seal_db_pool_waiting', () => pool.waitingCount);
  const limits = createDurableLimits(pool, metrics.countRateLimited);
  const messageLimits = createMessageLimits({ sql: functions, clock, onError, onLimited: metrics.countRateLimited });

  const hub = createHub();
  const outbox = createWaker({ bus, pauseMs: RELAY_PAUSES.collect });
  const usage = createUsageMeter({ sql: db.ops, processId: bus.processId, clock, present: hub.all, onError });
  const sweep = createSweep({ bus, pauses: sweepPauses, onError });
  const audience = createAudience({
    bus,
    peersOf: (tenantId, userId) => findPeers(sql.of(tenantId), tenantId, userId),
    watchersOf: (tenantId, userId) => findWatchers(sql.of(tenantId), tenantId, userId),
  });
  const presence = createPresence({
    bus,
    audience,
    clock,
    onError,
    ...(leaveGraceMs !== undefined && { leaveGraceMs }),
  });
  deliverNotices({
    bus,
    hub,
    findConversation: (tenantId, id) => findConversation(sql.of(tenantId), tenantId, id),
    onError,
  });
  const liveSessions = createLiveSessions({
    bus,
    hub,
    clock,
    find: (tenantId, sessionId) => findSession(sql.of(tenantId), tenantId, sessionId),
    onError,
  });

  return {
    ...db,
    bus,
    curves: webCryptoVerify(globalThis.crypto.subtle),
    hub,
    sweep,
    audience,
    presence,
    liveSessions,
    limits,
    messageLimits,
    outbox,
    usage,
    metrics,
    clock,
    repeated,
    onError,
    async close() {
      sweep.close();
      presence.close();
      liveSessions.close();
      outbox.close();
      await messageLimits.close();
      await usage.close();
      await bus.close();
      await db.close();
      repeated.close();
    },
  };
}

/** What errors are the same by, for the log. */
function describeKind(err: unknown): string {
  return err instanceof Error ? `${err.name} ${err.message}` : typeof err;
}
