import { PrismaPg } from '@prisma/adapter-pg';
import type { Sql } from 'postgres';
import { PrismaClient } from '../generated/client.ts';
import { connect, JOB_TIMEOUTS, TIMEOUTS, type DatabaseRole } from './connect.ts';
import { prismaDoor, sqlDoor, type PrismaDoor, type SqlDoor } from './doors.ts';
import { TenantPool } from './tenant-pool.ts';

/**
 * The ways to the one database. docs/ARCHITECTURE.md says which is for what. Row-level security holds each: a statement of
 * one that forgets its tenant finds nothing.
 */
export interface Database {
  /** Everyday queries of one tenant. */
  readonly prisma: PrismaDoor;
  /** Pipelined and prepared, of one tenant: log, mailboxes, files. */
  readonly sql: SqlDoor;
  /** Functions that take tenants as arguments. As long as nothing else, it sees no rows. */
  readonly functions: Sql;
  /** As `functions`, for batches of messages and acknowledgements alone: no reader stands before them. */
  readonly writes: Sql;
  /** What follows from changes, for all tenants: never for long. */
  readonly ops: Sql;
  /** Repeated jobs, for all tenants. */
  readonly jobs: Sql;
  /** Of its own, so that the question whether the database works does not wait for what it asks about. */
  readonly probe: Sql;
  /** The pool below Prisma, for libraries that bring their own statements. */
  readonly pool: TenantPool;
  /** Waits for statements under way, then closes every connection. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Whether row-level security is in force: see `migrate/isolate.ts`. */
  readonly isIsolated: boolean;
  /** Is told of idle connections that broke; the pools replace them. */
  readonly onError: (error: unknown) => void;
}

/** Connections. One tenant's calls (`TURNS` in `app.ts`) take fewer than either of the first two has. */
const POOLS = { prisma: 8, sql: 6, functions: 2, writes: 5, ops: 2, jobs: 1, probe: 1 };
/**
 * A batch waits for its conversations no longer than this, ms: others are in it and behind it. Who holds one for longer
 * stands still, as a batch of another process is committed much sooner.
 */
const WRITE_TIMEOUTS = { ...TIMEOUTS, lock_timeout: 200 };
const PROBE_TIMEOUTS = { ...TIMEOUTS, lock_timeout: 2_000 };
const PROBE_CONNECT_SECONDS = 3;

const CLOSE_TIMEOUT_SECONDS = 5;

/** Opens nothing yet: every client connects at its first statement. */
export function openDatabase({ url, isIsolated, onError }: DatabaseOptions): Database {
  const as = (name: DatabaseRole): DatabaseRole | undefined => (isIsolated ? name : undefined);
  const { tcp_user_timeout, ...timeouts } = TIMEOUTS;
  const pool = new TenantPool({
    isIsolated,
    connectionString: url,
    max: POOLS.prisma,
    application_name: 'seal',
    options: `-c tcp_user_timeout=${tcp_user_timeout}${isIsolated ? ' -c role=seal_app' : ''}`,
    ...timeouts,
  });
  pool.on('error', onError);
  // Longer formats print the query with its values, which would end up in the log.
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' });
  const sql = connect(url, { role: as('seal_app'), max: POOLS.sql, timeouts: TIMEOUTS });
  const functions = connect(url, { role: as('seal_app'), max: POOLS.functions, timeouts: TIMEOUTS });
  const writes = connect(url, { role: as('seal_app'), max: POOLS.writes, timeouts: WRITE_TIMEOUTS });
  const ops = connect(url, { role: as('seal_ops'), max: POOLS.ops, timeouts: TIMEOUTS });
  const jobs = connect(url, { role: as('seal_ops'), max: POOLS.jobs, timeouts: JOB_TIMEOUTS });
  const probe = connect(url, {
    role: as('seal_ops'),
    max: POOLS.probe,
    connect_timeout: PROBE_CONNECT_SECONDS,
    fetch_types: false,
    timeouts: PROBE_TIMEOUTS,
  });
  return {
    prisma: prismaDoor(prisma, pool),
    sql: sqlDoor(sql, isIsolated),
    functions,
    writes,
    ops,
    jobs,
    probe,
    pool,
    async close() {
      const ends = [sql, functions, writes, ops].map((client) => client.end({ timeout: CLOSE_TIMEOUT_SECONDS }));
      const cut = [jobs, probe].map((client) => client.end({ timeout: 1 }));
      await Promise.all([...ends, ...cut, prisma.$disconnect()]);
      await pool.end();
    },
  };
}
