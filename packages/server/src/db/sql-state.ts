/** The classes there are (appendix A of PostgreSQL's manual); Prisma's own codes and some of the system's have five characters, too. */
const SQL_STATE = /^(?:[0-57][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;
const MAX_DEPTH = 6;

/** Finds the SQLSTATE of an error of postgres.js, pg or Prisma, or of what caused it; null where there is none. */
export function sqlStateOf(error: unknown, depth: number = MAX_DEPTH): string | null {
  if (typeof error !== 'object' || error === null || depth === 0) return null;
  const { code, originalCode, cause, meta, driverAdapterError } = error as Record<string, unknown>;
  for (const name of [originalCode, code]) if (typeof name === 'string' && SQL_STATE.test(name)) return name;
  for (const inner of [cause, meta, driverAdapterError]) {
    const state = sqlStateOf(inner, depth - 1);
    if (state !== null) return state;
  }
  return null;
}
