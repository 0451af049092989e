import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Sql } from 'postgres';
import { PrismaClient } from '../generated/client.ts';
import { connect, TIMEOUTS } from './connect.ts';

/** Both ways to the one database. docs/ARCHITECTURE.md says which is for what. */
export interface Database {
  /** Everyday queries. */
  readonly prisma: PrismaClient;
  /** Pipelined and prepared: log, mailboxes, files, notifications. */
  readonly sql: Sql;
  /** As `sql`, for batches of messages and acknowledgements alone: no reader stands before them. */
  readonly writes: Sql;
  /** The pool below Prisma, for libraries that bring their own statements. */
  readonly pool: pg.Pool;
  /** Waits for statements under way, then closes every connection. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Is told of idle connections that broke; the pools replace them. */
  readonly onError: (error: unknown) => void;
}

/** Connections. One tenant's calls (`TURNS` in `app.ts`) take fewer than either of the first two has. */
const POOLS = { prisma: 8, sql: 6, writes: 5 };
/**
 * A batch waits for its conversations no longer than this, ms: others are in it and behind it. Who holds one for longer
 * stands still, as a batch of another process is committed much sooner.
 */
const WRITE_TIMEOUTS = { ...TIMEOUTS, lock_timeout: 200 };

const CLOSE_TIMEOUT_SECONDS = 5;

/** Opens nothing yet: both clients connect at the first statement. */
export function openDatabase(options: DatabaseOptions): Database {
  const { tcp_user_timeout, ...timeouts } = TIMEOUTS;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: POOLS.prisma,
    application_name: 'seal',
    options: `-c tcp_user_timeout=${tcp_user_timeout}`,
    ...timeouts,
  });
  pool.on('error', options.onError);
  // Longer formats print the query with its values, which would end up in the log.
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' });
  const sql = connect(options.url, { max: POOLS.sql, timeouts: TIMEOUTS });
  const writes = connect(options.url, { max: POOLS.writes, timeouts: WRITE_TIMEOUTS });
  return {
    prisma,
    sql,
    writes,
    pool,
    async close() {
      const ends = [sql, writes].map((client) => client.end({ timeout: CLOSE_TIMEOUT_SECONDS }));
      await Promise.all([...ends, prisma.$disconnect()]);
      await pool.end();
    },
  };
}
