import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import postgres, { type Sql } from 'postgres';
import { PrismaClient } from '../generated/client.ts';

/** Both ways to the one database: Prisma for the model, postgres.js for the hot path and notifications. */
export interface Database {
  readonly prisma: PrismaClient;
  /** Pipelined and prepared; for the write path, mailboxes and whatever Prisma cannot say. */
  readonly sql: Sql;
  /** The pool below Prisma, for libraries that bring their own statements. */
  readonly pool: pg.Pool;
  /** Waits for statements under way, then closes every connection. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Connections for everyday queries. */
  readonly poolSize?: number;
  /** Connections for the hot path. */
  readonly hotPoolSize?: number;
  /** Hears of idle connections that broke; the pools replace them. */
  readonly onError: (error: unknown) => void;
}

const CLOSE_TIMEOUT_SECONDS = 5;

/** Opens nothing yet: both clients connect at the first statement. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({ connectionString: options.url, max: options.poolSize ?? 10 });
  pool.on('error', options.onError);
  // Longer formats print the query with its values, which would end up in the log.
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' });
  const sql = postgres(options.url, {
    max: options.hotPoolSize ?? 6,
    onnotice: () => undefined,
    connection: { application_name: 'seal' },
    // Sequence numbers and positions stay far below 2^53.
    types: { int8: { to: 20, from: [20], serialize: String, parse: Number } },
  });
  return {
    prisma,
    sql,
    pool,
    async close() {
      await Promise.all([sql.end({ timeout: CLOSE_TIMEOUT_SECONDS }), prisma.$disconnect()]);
      await pool.end();
    },
  };
}
