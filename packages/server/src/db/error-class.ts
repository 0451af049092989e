import type { DatabaseErrorClass } from '../metrics/names.ts';
import { isDatabaseAway } from './away.ts';
import { sqlStateOf } from './sql-state.ts';

/** PostgreSQL's codes (appendix A of its manual) of what an operator would want told apart. */
const CLASSES: readonly (readonly [pattern: RegExp, kind: DatabaseErrorClass])[] = [
  [/^(?:53|58030|25006)/, 'full'],
  [/^(?:55P03|40P01)/, 'lock'],
  [/^(?:57014|25P03)/, 'timeout'],
  [/^40001/, 'conflict'],
];

/** What went wrong with the database, where an error says so; null for any other error. */
export function databaseErrorClass(error: unknown): DatabaseErrorClass | null {
  const state = sqlStateOf(error);
  const known = state === null ? undefined : CLASSES.find(([pattern]) => pattern.test(state));
  if (known !== undefined) return known[1];
  if (isDatabaseAway(error)) return 'away';
  return state === null ? null : 'refused';
}
