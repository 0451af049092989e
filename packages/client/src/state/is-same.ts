/**
 * Tells whether two values of plain data are the same: primitives, arrays, objects, bytes. A property that is undefined
 * counts as left out.
 */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const isBytes = a instanceof Uint8Array;
  const isList = isBytes || Array.isArray(a);
  if (isBytes !== b instanceof Uint8Array || isList !== (isBytes || Array.isArray(b))) return false;
  if (isList) return isSameList(a as ArrayLike<unknown>, b as ArrayLike<unknown>);
  for (const name of Object.keys(a)) if (!isSame(own(a, name), own(b, name))) return false;
  for (const name of Object.keys(b)) if (own(a, name) === undefined && own(b, name) !== undefined) return false;
  return true;
}

/** Reads a property that the object has itself: `__proto__` and `constructor` may be names like others. */
function own(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Readonly<Record<string, unknown>>)[name] : undefined;
}

function isSameList(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!isSame(a[i], b[i])) return false;
  return true;
}
