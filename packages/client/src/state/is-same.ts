/**
 * Tells whether two values of plain data are the same: primitives, arrays, objects, bytes. A property that is undefined
 * counts as left out.
 */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const isList = Array.isArray(a) || a instanceof Uint8Array;
  if (isList !== (Array.isArray(b) || b instanceof Uint8Array)) return false;
  if (isList) return isSameList(a as ArrayLike<unknown>, b as ArrayLike<unknown>);
  const [left, right] = [a, b] as Readonly<Record<string, unknown>>[];
  for (const name of Object.keys(a)) if (!isSame(left![name], right![name])) return false;
  for (const name of Object.keys(b)) if (right![name] !== undefined && left![name] === undefined) return false;
  return true;
}

function isSameList(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!isSame(a[i], b[i])) return false;
  return true;
}
