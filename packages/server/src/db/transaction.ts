import { setTimeout as delay } from 'node:timers/promises';
import type { Sql, TransactionSql } from 'postgres';
import { Prisma, type PrismaClient } from '../generated/client.ts';

/** The client inside a transaction. */
export type Transaction = Prisma.TransactionClient;

const ATTEMPTS = 5;
const MAX_WAIT_MS = 5_000;
const TIMEOUT_MS = 10_000;

/** Deadlock, serialisation failure: the database undid everything and asks to be tried again. */
const RETRYABLE_STATES = new Set(['40001', '40P01']);

/**
 * Runs `work` in one transaction, and again when it lost against another one: a deadlock, or a unique key that somebody
 * else was quicker to take, which `work` then finds taken.
 */
export async function transact<T>(prisma: PrismaClient, work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await prisma.$transaction(work, { maxWait: MAX_WAIT_MS, timeout: TIMEOUT_MS });
    } catch (error) {
      if (attempt >= ATTEMPTS || !isLostRace(error)) throw error;
      await delay(attempt * 5 * Math.random());
    }
  }
}

/** Whether `error` says that another transaction came first. */
function isLostRace(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  return error.code === 'P2002' || error.code === 'P2034' || RETRYABLE_STATES.has(sqlStateOf(error.meta) ?? '');
}

/** SQLSTATE of a failed raw statement. */
function sqlStateOf(meta: unknown): string | null {
  if (typeof meta !== 'object' || meta === null) return null;
  if ('code' in meta && typeof meta.code === 'string') return meta.code;
  if ('driverAdapterError' in meta) {
    const { driverAdapterError: error } = meta;
    const cause: unknown = error instanceof Error ? error.cause : null;
    if (typeof cause === 'object' && cause !== null && 'originalCode' in cause) return String(cause.originalCode);
  }
  return null;
}

/** As `transact`, on the connections of the hot path. */
export async function transactSql<T>(sql: Sql, work: (tx: TransactionSql) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await sql.begin(work)) as T;
    } catch (error) {
      const isLost = isRetryableState(error) || (error instanceof Error && 'code' in error && error.code === UNIQUE);
      if (attempt >= ATTEMPTS || !isLost) throw error;
      await delay(attempt * 5 * Math.random());
    }
  }
}

/** SQLSTATE of a unique key that is taken. */
const UNIQUE = '23505';

/** SQLSTATE of an error of postgres.js that is worth another attempt. */
export function isRetryableState(error: unknown): boolean {
  return error instanceof Error && 'code' in error && RETRYABLE_STATES.has(String(error.code));
}
