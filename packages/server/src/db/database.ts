import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Sql } from 'postgres';
import { PrismaClient } from '../generated/client.ts';
import { connect } from './connect.ts';

/** Both ways to the one database. docs/ARCHITECTURE.md says which is for what. */
export interface Database {
  /** Everyday queries. */
  readonly prisma: PrismaClient;
  /** Pipelined and prepared: log, mailboxes, files, notifications. */
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
  /** Is told of idle connections that broke; the pools replace them. */
  readonly onError: (error: unknown) => void;
}

const CLOSE_TIMEOUT_SECONDS = 5;

/** Opens nothing yet: both clients connect at the first statement. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({ connectionString: options.url, max: options.poolSize ?? 10 });
  pool.on('error', options.onError);
  // Longer formats print the query with its values, which would end up in the log.
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' });
  const sql = connect(options.url, { max: options.hotPoolSize ?? 6, connection: { application_name: 'seal' } });
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
