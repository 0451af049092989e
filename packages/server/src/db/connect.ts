import type { Options, Sql } from 'postgres';
import postgres from '../generated/postgres/index.js';

/** How many connections, and what else of postgres.js's options the caller needs. Types and notices are settled here. */
export type ConnectOptions = Pick<
  Options<Record<string, never>>,
  'max' | 'connect_timeout' | 'connection' | 'fetch_types'
>;

/** What PostgreSQL says is wrong with a statement; of the same copy of the driver as the clients. */
export const PostgresError = postgres.PostgresError;

/**
 * The one place that makes a postgres.js client. `bigint` columns are numbers: sequence numbers and positions stay far
 * below 2^53. Nothing is opened until the first statement; the caller ends what it made.
 */
export function connect(url: string, options: ConnectOptions = {}): Sql {
  return postgres(url, {
    ...options,
    // Notices are for people at a terminal.
    onnotice: () => undefined,
    types: { int8: { to: 20, from: [20], serialize: String, parse: Number } },
  });
}
