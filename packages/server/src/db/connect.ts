import postgres, { type Options, type Sql } from 'postgres';

/** How many connections, and what else of postgres.js's options the caller needs. Types and notices are settled here. */
export type ConnectOptions = Pick<
  Options<Record<string, never>>,
  'max' | 'connect_timeout' | 'connection' | 'fetch_types'
>;

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
