import type { Options, Sql } from 'postgres';
import postgres from '../generated/postgres/index.js';

/** How many connections, and what else of postgres.js's options the caller needs. Types and notices are settled here. */
export type ConnectOptions = Pick<Options<Record<string, never>>, 'max' | 'connect_timeout' | 'fetch_types'> & {
  /** Those of the session; none for what may take as long as it takes, such as migrations. */
  readonly timeouts?: DatabaseTimeouts;
  /** Role that the session enters; none: the one that logs in, which owns the tables. */
  readonly role?: DatabaseRole | undefined;
  /** `off` for what nobody misses after a crash. */
  readonly synchronous_commit?: 'off';
  /** Name in `pg_stat_activity`. */
  readonly application_name?: string;
};

/** `seal_app` sees the rows of one tenant, `seal_ops` those of all. Neither owns anything: `prisma/functions/seal_isolate.sql`. */
export type DatabaseRole = 'seal_app' | 'seal_ops';

/** What PostgreSQL says is wrong with a statement; of the same copy of the driver as the clients. */
export const PostgresError = postgres.PostgresError;

/**
 * How long PostgreSQL works for a connection, ms: on a statement, waiting for a lock, and in a transaction whose process
 * says nothing. A network that takes nothing is given up on its side as well.
 */
export interface DatabaseTimeouts {
  readonly statement_timeout: number;
  readonly lock_timeout: number;
  readonly idle_in_transaction_session_timeout: number;
  readonly tcp_user_timeout: number;
}

/** For what people wait for. Longer than any statement takes that is well. */
export const TIMEOUTS: DatabaseTimeouts = {
  statement_timeout: 15_000,
  lock_timeout: 5_000,
  idle_in_transaction_session_timeout: 15_000,
  tcp_user_timeout: 20_000,
};

/** For repeated jobs, which may have much to do and which nobody waits for. */
export const JOB_TIMEOUTS: DatabaseTimeouts = { ...TIMEOUTS, statement_timeout: 300_000 };

/**
 * The one place that makes a postgres.js client. `bigint` columns are numbers: sequence numbers and positions stay far
 * below 2^53. Nothing is opened until the first statement; the caller ends what it made.
 */
export function connect(url: string, options: ConnectOptions = {}): Sql {
  const { timeouts, role, synchronous_commit, application_name = 'seal', ...rest } = options;
  return postgres(url, {
    ...rest,
    connection: {
      application_name,
      ...timeouts,
      ...(role && { role }),
      ...(synchronous_commit && { synchronous_commit }),
    },
    // Notices are for people at a terminal.
    onnotice: () => undefined,
    types: { int8: { to: 20, from: [20], serialize: String, parse: Number } },
  });
}
