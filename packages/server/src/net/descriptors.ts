import { readFileSync } from 'node:fs';

/** For files, databases and other processes, beside connections of clients. */
const RESERVED = 128;

/**
 * How many connections this process can have open, so that descriptors for everything else are left; null where that cannot
 * be told. Beyond, a connection is closed at once, where the system would leave it waiting.
 */
export function connectionsThatFit(): number | null {
  const limit = descriptorLimit();
  return limit === null ? null : Math.max(1, limit - RESERVED);
}

/** Open files that the system allows this process; Linux alone says. */
function descriptorLimit(): number | null {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}
