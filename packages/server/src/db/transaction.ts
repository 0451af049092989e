import type { Sql, TransactionSql } from 'postgres';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { retrying } from './retrying.ts';
import { sqlStateOf } from './sql-state.ts';

/** The client inside a transaction. */
export type Transaction = Prisma.TransactionClient;

const RETRIES = { attempts: 5, delayMs: 5 };
const MAX_WAIT_MS = 5_000;
const TIMEOUT_MS = 10_000;

/** Deadlock, serialisation failure: the database undid everything and asks to be tried again. */
const RETRYABLE_STATES = new Set(['40001', '40P01']);

/** The same in Prisma's words, a unique key that is taken first. */
const PRISMA_LOST_RACES = new Set(['P2002', 'P2034']);

/** SQLSTATE of a unique key that is taken. */
const UNIQUE = '23505';

/**
 * Runs `work` in one transaction, and again when it lost against another one: a deadlock, or a unique key that another
 * transaction was quicker to take, which `work` then finds taken.
 */
export function transact<T>(prisma: PrismaClient, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return retrying({ ...RETRIES, isRetryable: isLostRace }, () =>
    prisma.$transaction(work, { maxWait: MAX_WAIT_MS, timeout: TIMEOUT_MS }),
  );
}

/** As `transact`, on the connections of the hot path. */
export function transactSql<T>(sql: Sql, work: (tx: TransactionSql) => Promise<T>): Promise<T> {
  return retrying({ ...RETRIES, isRetryable: isLostRace }, async () => (await sql.begin(work)) as T);
}

/** Whether `error`, of postgres.js, says that the statement was undone and may be run again. */
export function isRetryableState(error: unknown): boolean {
  return error instanceof Error && 'code' in error && RETRYABLE_STATES.has(String(error.code));
}

/** Whether `error`, of either client, says that another transaction came first. */
function isLostRace(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientKnownRequestError && PRISMA_LOST_RACES.has(error.code)) return true;
  const state = sqlStateOf(error);
  return state !== null && (RETRYABLE_STATES.has(state) || state === UNIQUE);
}
