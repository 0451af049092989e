/**
 * Makes any later change of plain data throw: objects and arrays by freezing them. Bytes cannot be frozen; they go
 * into a list of copies that `changedBytes` compares.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) {
    if (!copies.has(value)) copies.set(value, value.slice());
    return value;
  }
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}

const copies = new Map<Uint8Array, Uint8Array>();

/** How many of the frozen byte arrays are not what they were; forgets them all. */
export function changedBytes(): number {
  const changed = [...copies].filter(([bytes, copy]) => bytes.some((byte, i) => byte !== copy[i])).length;
  copies.clear();
  return changed;
}
