import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { pino } from 'pino';
import type { Sql } from 'postgres';
import { SIZE_LIMITS, type TenantId } from '@seal-chat/protocol';
import { CALL_CLASSES, PARTY_LIMITS } from '@seal-chat/protocol/api';
import { connect } from '../../src/db/connect.ts';
import { registerAttachments } from '../../src/http/attachments.ts';
import { installErrors } from '../../src/http/errors.ts';
import { registerTrpc } from '../../src/http/trpc.ts';
import { createApp, type App, type AppOptions } from '../../src/app.ts';
import type { Rates } from '../../src/limits/rates.ts';
import { createMetrics, type Metrics } from '../../src/metrics/metrics.ts';
import type { NetworkLimits } from '../../src/net/admission.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

/** A tenant, and the key its pages use. */
export interface TestTenant {
  readonly tenantId: TenantId;
  readonly appKey: string;
}

/** One process of the relay on a port of its own. */
export interface RelayProcess {
  readonly app: App;
  readonly metrics: Metrics;
  /** `ws://127.0.0.1:port/trpc`. */
  readonly wsUrl: string;
  close(): Promise<void>;
}

/** A relay on a fresh database. */
export interface Relay extends RelayProcess {
  readonly database: TestDatabase;
  /** For looking at what is stored. */
  readonly sql: Sql;
  readonly log: readonly string[];
  addTenant(options?: {
    readonly limits?: Partial<Rates>;
    readonly allowedOrigins?: readonly string[];
  }): Promise<TestTenant>;
  /** Another process on the same database, with `options` of its own. */
  addProcess(options?: RelayOptions): Promise<RelayProcess>;
}

/** High enough that no test meets them unless it sets its own. */
const RATES: Rates = {
  messagesPerMinutePerUser: 1_000_000,
  authPerMinutePerAddress: 1_000_000,
  failedAuthPerAccount: 1_000,
  socketsPerUser: 50,
  prekeyClaimsPerMinutePerUser: 1_000_000,
  deviceListsPerDayPerAccount: 1_000,
  accountKeysPerDayPerAccount: 1_000,
  searchesPerMinutePerUser: 1_000_000,
  keyPackageClaimsPerMinutePerUser: 1_000_000,
  channelChangesPerMinutePerUser: 1_000_000,
  attachmentsPerMinutePerUser: 1_000_000,
  attachmentBytes: 2 ** 30,
  imageBytes: 2 ** 20,
  storageBytesPerUser: 2 ** 40,
  storageBytesPerTenant: 2 ** 40,
  messageDays: 36_500,
  guestDays: 365,
  mailboxEntries: 10_000,
};

const NETWORK: NetworkLimits = {
  sockets: 100_000,
  connectionsPerAddress: 100_000,
  requestsPerAddress: 1_000_000,
  socketsPerAddress: 100_000,
  strangersPerAddress: 100_000,
  strangerMs: 3_600_000,
};

/** The table of the protocol without its numbers. */
const UNCOUNTED = Object.fromEntries(
  Object.entries(CALL_CLASSES).map(([name, { isInTurn }]) => [
    name,
    { address: null, person: null, tenant: null, isInTurn },
  ]),
) as AppOptions['callClasses'] & object;

/** What tests do on purpose is borne. */
const UNBOUNDED = { ...PARTY_LIMITS, refusals: Infinity, bytes: Infinity };

/** What a test sets otherwise than the server does. */
interface RelayOptions extends Pick<
  AppOptions,
  | 'clock'
  | 'jobIntervals'
  | 'relayPauses'
  | 'turns'
  | 'partyLimits'
  | 'callClasses'
  | 'createBus'
  | 'isWorker'
  | 'redis'
  | 'sweepPauses'
> {
  readonly network?: Partial<NetworkLimits>;
}

export async function startRelay(options: RelayOptions = {}): Promise<Relay> {
  const database = await createTestDatabase();
  const log: string[] = [];
  const first = await startProcess(database.url, log, options);
  const others: RelayProcess[] = [];
  const sql = connect(database.url, { max: 3 });
  return {
    ...first,
    database,
    sql,
    log,
    async addTenant({ limits = {}, allowedOrigins = ['*'] } = {}) {
      const tenantId = randomUUID() as TenantId;
      const appKey = `pk_test_${tenantId}`;
      await sql`insert into tenants (id, name, limits) values (${tenantId}, 'Test', ${sql.json(limits)})`;
      await sql`
        insert into publishable_keys (key, tenant_id, allowed_origins) values (${appKey}, ${tenantId}, ${[...allowedOrigins]})`;
      return { tenantId, appKey };
    },
    async addProcess(own = {}) {
      const process = await startProcess(database.url, log, { ...options, ...own });
      others.push(process);
      return process;
    },
    async close() {
      await Promise.all([first, ...others].map((process) => process.close()));
      await sql.end();
      await database.drop();
    },
  };
}

async function startProcess(databaseUrl: string, lines: string[], options: RelayOptions): Promise<RelayProcess> {
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const metrics = createMetrics({ version: 'test', protocol: 1 });
  const app = await createApp({
    metrics,
    databaseUrl,
    rates: RATES,
    log,
    leaveGraceMs: 20,
    relayPauses: { collect: 20, sweep: 200 },
    callClasses: UNCOUNTED,
    partyLimits: UNBOUNDED,
    ...options,
    network: { ...NETWORK, ...options.network },
  });
  // As `createHttpServer` has it, less what needs a build of the widget.
  const server = Fastify<Server>({ bodyLimit: SIZE_LIMITS.request });
  installErrors(server);
  registerTrpc(server, { ...app, onError: () => undefined }, metrics);
  registerAttachments(server, app);
  app.attachWebSocket(server.server, (request) => request.socket.remoteAddress ?? '');
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo;
  let closing: Promise<void> | null = null;
  return {
    app,
    metrics,
    wsUrl: `ws://127.0.0.1:${port}/trpc`,
    close: () =>
      (closing ??= (async () => {
        const closed = server.close();
        await app.close();
        server.server.closeAllConnections();
        await closed;
      })()),
  };
}
