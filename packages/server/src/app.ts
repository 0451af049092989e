import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { CallClass, CallClassName, PartyLimits } from '@seal-chat/protocol/api';
import { isSealError } from '@seal-chat/protocol';
import type { TRPCError } from '@trpc/server';
import type { AttachmentsService } from './attachments/service.ts';
import type { SqlDoor } from './db/doors.ts';
import { databaseErrorClass } from './db/error-class.ts';
import type { SweepPauses } from './delivery/sweep.ts';
import { proveWrite } from './health/probe-store.ts';
import { createInfrastructure, type BusFactory } from './infrastructure.ts';
import { createPostgresBus } from './bus/postgres.ts';
import { createRedisBus } from './bus/redis.ts';
import type { JobIntervals } from './jobs/maintenance.ts';
import { createRounds, type Rounds } from './fairness/rounds.ts';
import { createTurns, type TurnLimits, type Turns } from './fairness/turns.ts';
import { classesFor, createCallControl } from './limits/calls.ts';
import { createPatience } from './limits/patience.ts';
import type { Rates } from './limits/rates.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics/metrics.ts';
import { createAdmission, type NetworkLimits } from './net/admission.ts';
import { createRouter, type AppRouter } from './router.ts';
import { createServices } from './services.ts';
import { findSessionByAccess } from './sessions/store.ts';
import { tenantLabels } from './tenant-label.ts';
import { createTenants } from './tenants/service.ts';
import type { Context } from './trpc/context.ts';
import { createContexts, credentialsOf } from './trpc/create-context.ts';
import { sealErrorFrom } from './trpc/errors.ts';
import { createEventStreams } from './trpc/event-stream.ts';
import { createWebSockets } from './trpc/web-socket.ts';
import type { RelayPauses } from './outbox/relay.ts';
import type { UsageMeter } from './usage/meter.ts';
import { startWorkers } from './workers.ts';

export interface AppOptions {
  /** A migrated PostgreSQL. */
  readonly databaseUrl: string;
  /** Whether row-level security is in force there, as `migrate/isolate.ts` says; it is when nothing else is said. */
  readonly isIsolated?: boolean;
  readonly rates: Rates;
  readonly network: NetworkLimits;
  /** Calls that are worked on at once, where that differs from the usual. */
  readonly turns?: TurnLimits;
  /** Limits of calls that differ from the table of the protocol. */
  readonly callClasses?: Readonly<Record<CallClassName, CallClass>>;
  /** What is borne of one party, where it differs from that table. */
  readonly partyLimits?: PartyLimits;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  readonly metrics: Metrics;
  /** A person stays online this long after their last socket closed, ms. */
  readonly leaveGraceMs?: number;
  /** For notices and jobs; without it both are on PostgreSQL. */
  readonly redis?: RedisPlace | null;
  /** Whether the process works on jobs. */
  readonly isWorker?: boolean;
  /** Carries notices to other processes, where that is not what `redis` says. */
  readonly createBus?: BusFactory;
  /** Pauses between looks for what no notice told of, ms, where they differ from the usual ones. */
  readonly sweepPauses?: SweepPauses;
  /** Pauses between runs of the repeated jobs, ms, that differ from the usual ones. */
  readonly jobIntervals?: Partial<JobIntervals>;
  /** Pauses of the relay, ms, where they differ from the usual ones. */
  readonly relayPauses?: RelayPauses;
}

/** One tenant's calls take fewer connections than either pool has: see `db/database.ts`. */
const TURNS: TurnLimits = { atOnce: 20, perTenant: 5, perPerson: 3, waiting: 20_000, waitingPerTenant: 2_000 };

/** Parts of files, of up to 1 MiB. */
const UPLOADS: TurnLimits = { atOnce: 2, perTenant: 1, perPerson: 1, waiting: 1_000, waitingPerTenant: 200 };

/** A Redis, and what names in it begin with. */
export interface RedisPlace {
  readonly redisUrl: string;
  readonly prefix: string;
}

/** A procedure call that failed. */
export interface FailedCall {
  readonly error: TRPCError;
  readonly path: string | undefined;
  /** Null where the call failed before its caller was known. */
  readonly ctx?: Context | undefined;
  /** Of the request, where it came over HTTP. */
  readonly reqId?: string;
}

/** The relay without its HTTP server: procedures, sockets, write path and bus on one database. */
export interface App {
  readonly router: AppRouter;
  /** To the rows of one tenant. */
  readonly sql: SqlDoor;
  /** The turns of what arrives. */
  readonly rounds: Rounds;
  /** Transfers files. */
  readonly attachments: AttachmentsService;
  /** The turns of what is uploaded. */
  readonly uploads: Turns;
  /** Context of a request over HTTP. */
  createContext(request: { readonly headers: IncomingHttpHeaders; readonly ip: string }): Promise<Context>;
  /** Context of a subscription over HTTP, whose answer is a stream: see `EventStreams`. */
  createStreamContext(
    request: { readonly headers: IncomingHttpHeaders; readonly ip: string },
    response: ServerResponse,
    params: Readonly<Record<string, string | undefined>> | null,
  ): Promise<Context>;
  /** Logs a call that failed through no fault of the caller, without its input. */
  onError(failure: FailedCall): void;
  /** Counts a call over HTTP that was answered. */
  onAnswer: UsageMeter['answered'];
  /** Serves WebSocket upgrades of `server` to `/trpc`. */
  attachWebSocket(server: Server, addressOf: (request: IncomingMessage) => string): void;
  openSockets(): number;
  /** Asks each part whether it answers, the database whether it takes writes. */
  ready(): Promise<Readonly<Record<'database' | 'bus' | 'queue', boolean>>>;
  /** Refuses new sockets, and closes those there are one after the other, all within `ms`. */
  leave(ms: number): Promise<void>;
  /** Refuses new calls, settles those under way, and closes every socket and connection. */
  close(): Promise<void>;
}

/**
 * Puts the relay together and begins to listen to other processes.
 * @throws when the database cannot be reached
 */
export async function createApp(options: AppOptions): Promise<App> {
  const {
    databaseUrl,
    isIsolated = true,
    rates,
    network,
    turns = TURNS,
    callClasses = classesFor(rates),
    partyLimits,
    log,
    clock = Date.now,
    metrics,
    leaveGraceMs,
    redis = null,
    isWorker = true,
    createBus = redis === null ? createPostgresBus : (deps) => createRedisBus({ ...deps, ...redis }),
    sweepPauses,
    jobIntervals,
    relayPauses,
  } = options;
  const infrastructure = createInfrastructure({
    databaseUrl,
    isIsolated,
    log,
    metrics,
    clock,
    leaveGraceMs,
    createBus,
    sweepPauses,
  });
  const { sql, functions, probe, bus, usage, liveSessions, presence, repeated } = infrastructure;
  const { services, drain } = createServices(infrastructure);
  const router = createRouter(services);
  const callTurns = createTurns(turns, () => metrics.countShed('calls'));
  metrics.watch('seal_rls_enforced', () => Number(isIsolated));
  metrics.watch('seal_calls_waiting', callTurns.waiting);
  const labelOf = tenantLabels(databaseUrl);
  const contexts = createContexts({
    labelOf,
    tenants: createTenants({ functions, rates, clock }),
    liveSessions,
    presence,
    calls: createCallControl({
      turns: callTurns,
      clock,
      classes: callClasses,
      onLimited: metrics.countRateLimited,
    }),
    usage,
    findSession: (tenantId, accessHash) => findSessionByAccess(sql.of(tenantId), tenantId, accessHash),
    clock,
  });
  const admission = createAdmission(network);
  const rounds = createRounds();
  const webSockets = createWebSockets({
    router,
    contexts,
    admission,
    rounds,
    patience: createPatience(undefined, partyLimits),
    metrics,
    usage,
    limits: network,
    onError: logUnexpected,
  });
  metrics.watch('seal_websocket_connections', webSockets.count);
  const streams = createEventStreams({ contexts, admission, metrics });
  metrics.watch('seal_event_streams', streams.count);

  function logUnexpected({ error, path, ctx, reqId }: FailedCall): void {
    const failure = databaseErrorClass(error.cause);
    if (failure !== null) metrics.countDatabaseError(failure);
    const { code } = sealErrorFrom(error);
    if (code !== 'INTERNAL') return;
    const err = error.cause ?? error;
    const procedure = path ?? 'unknown';
    const tenant = ctx === undefined || isSealError(ctx.tenant) ? undefined : labelOf(ctx.tenant.tenantId);
    const facts = { procedure, code, tenant, reqId: reqId ?? ctx?.connection?.id };
    repeated.see(`${procedure}: ${err.name} ${err.message}`, (more) =>
      log.error({ err, ...facts, ...more }, 'procedure failed'),
    );
  }

  await bus.start();
  const workers = isWorker
    ? await startWorkers({
        infrastructure,
        place:
          redis === null
            ? { kind: 'postgres', url: databaseUrl }
            : { kind: 'redis', url: redis.redisUrl, prefix: redis.prefix },
        rates,
        intervals: jobIntervals,
        relayPauses,
      })
    : null;

  return {
    router,
    sql,
    rounds,
    attachments: services.attachments,
    uploads: createTurns(UPLOADS, () => metrics.countShed('calls')),
    createContext: ({ headers, ip }) => contexts.ofRequest(credentialsOf(headers, ip)),
    createStreamContext: ({ headers, ip }, response, params) =>
      // Only that: a token has no place in an address, which proxies write down.
      streams.open({ ...credentialsOf(headers, ip), isHidden: params?.['presence'] === 'hidden' }, response),
    onError: logUnexpected,
    onAnswer: usage.answered,
    attachWebSocket: webSockets.attach,
    openSockets: webSockets.count,

    async ready() {
      const parts = [proveWrite(probe), bus.ready(), workers?.ready() ?? Promise.resolve()];
      const [database, notices, queue] = (await Promise.allSettled(parts)).map(({ status }) => status === 'fulfilled');
      return { database: database!, bus: notices!, queue: queue! };
    },

    async leave(ms) {
      await Promise.all([webSockets.leave(ms), streams.leave(ms)]);
    },

    async close() {
      webSockets.pause();
      streams.close();
      await drain();
      await webSockets.close();
      await workers?.close();
      await infrastructure.close();
    },
  };
}
