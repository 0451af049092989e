import type { DatabaseErrorClass } from '../metrics/names.ts';
import { isDatabaseAway } from './away.ts';

/** PostgreSQL's codes (appendix A of its manual) of what an operator would want told apart. */
const CLASSES: readonly (readonly [pattern: RegExp, kind: DatabaseErrorClass])[] = [
  [/^(?:53|58030|25006)/, 'full'],
  [/^(?:55P03|40P01)/, 'lock'],
  [/^(?:57014|25P03)/, 'timeout'],
  [/^40001/, 'conflict'],
];
/** The classes there are; Prisma's own codes and some of the system's have five characters, too. */
const SQL_STATE = /^(?:[0-57][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;
const MAX_DEPTH = 6;

/** What went wrong with the database, where an error says so; null for any other error. */
export function databaseErrorClass(error: unknown): DatabaseErrorClass | null {
  const state = sqlStateOf(error, MAX_DEPTH);
  const known = state === null ? undefined : CLASSES.find(([pattern]) => pattern.test(state));
  if (known !== undefined) return known[1];
  if (isDatabaseAway(error)) return 'away';
  return state === null ? null : 'refused';
}

/** The SQLSTATE of an error or of what caused it. */
function sqlStateOf(error: unknown, depth: number): string | null {
  if (typeof error !== 'object' || error === null || depth === 0) return null;
  const { code, originalCode, cause, meta, driverAdapterError } = error as Record<string, unknown>;
  for (const name of [originalCode, code]) if (typeof name === 'string' && SQL_STATE.test(name)) return name;
  for (const inner of [cause, meta, driverAdapterError]) {
    const state = sqlStateOf(inner, depth - 1);
    if (state !== null) return state;
  }
  return null;
}
