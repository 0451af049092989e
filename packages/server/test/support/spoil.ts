/** `good` with one value somewhere in it replaced, removed or added. */
export function spoil(good: unknown, choices: readonly number[], replacement: unknown, how: number): unknown {
  if (typeof good !== 'object' || good === null || choices.length === 0) return replacement;
  const copy = structuredClone(good) as Record<string, unknown>;
  const keys = Object.keys(copy);
  const key = keys[choices[0]! % Math.max(1, keys.length)];
  if (how === 0 || key === undefined) copy['added'] = replacement;
  else if (how === 1) delete copy[key];
  else copy[key] = spoil(copy[key], choices.slice(1), replacement, how);
  return Array.isArray(good) ? Object.values(copy) : copy;
}
