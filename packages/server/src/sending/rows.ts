/** Rows a batch needs, each once and ascending, which is the order of locking. */
export interface Rows {
  readonly tenants: readonly string[];
  readonly ids: readonly string[];
  /** Index of a row by its key, from 1. */
  readonly indexOf: ReadonlyMap<string, number>;
}

const ID_CHARACTERS = 36;

/** Sorts the keys of rows, and numbers them. @param keys tenant and id, one after the other */
export function rowsOf(keys: ReadonlySet<string>): Rows {
  const sorted = [...keys].toSorted();
  return {
    tenants: sorted.map((key) => key.slice(0, ID_CHARACTERS)),
    ids: sorted.map((key) => key.slice(ID_CHARACTERS)),
    indexOf: new Map(sorted.map((key, i) => [key, i + 1])),
  };
}

/** Times (ms) by index from 1, out of two lists that run in parallel as JSON has them; null for none. */
export function timesOf(items: readonly number[] | null, times: readonly string[] | null): ReadonlyMap<number, number> {
  return new Map((items ?? []).map((item, i) => [item, Date.parse(times![i]!)]));
}
