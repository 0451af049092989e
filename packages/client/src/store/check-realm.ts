import { SealError, type Bytes } from '@seal-chat/protocol';
import { decodeRow, encodeRow } from './row-codec.ts';

/** One of everything that rows hold, and its bytes. */
const PROBE = [null, true, 300, -1.5, 'a/é', new Uint8Array([1, 2]), { key: [0], none: undefined }] as const;
const PROBE_BYTES = [
  0, 0, 0, 29, 7, 7, 0, 2, 3, 172, 2, 4, 191, 248, 0, 0, 0, 0, 0, 0, 5, 3, 6, 2, 1, 2, 8, 1, 3, 7, 1, 3, 0, 97, 47, 195,
  169, 107, 101, 121,
] as const;

/**
 * Checks that the built-ins that rows depend on do what the language says. Scripts of a page may have replaced some:
 * what would be written then could not be read again, on a page without them perhaps by nobody.
 *
 * @throws SealError UNSAFE_PAGE naming what is not as it should be; nothing may be written
 */
export function checkRealm(): void {
  const fault = findFault();
  if (fault !== null) throw new SealError('UNSAFE_PAGE', `store: another script has changed ${fault}`);
}

function findFault(): string | null {
  try {
    if (!isSame(encodeRow(PROBE), PROBE_BYTES)) return 'what rows are encoded with';
    if (!isSame(encodeRow(decodeRow(encodeRow(PROBE))), PROBE_BYTES)) return 'what rows are decoded with';
    for (const [name, holds] of CHECKS) if (!holds()) return name;
    return null;
  } catch {
    return 'a built-in object';
  }
}

function isSame(found: Bytes, expected: readonly number[]): boolean {
  if (found.length !== expected.length) return false;
  for (let i = 0; i < expected.length; i++) if (found[i] !== expected[i]) return false;
  return true;
}

/** Of those that decide what rows say and where they are. */
const CHECKS: readonly (readonly [name: string, holds: () => boolean])[] = [
  ['Array.prototype', arraysHold],
  ['String.prototype', () => 'a/b'.split('/')[1] === 'b' && '7'.padStart(3, '0') === '007' && !'ab'.startsWith('b')],
  ['Map', () => new Map([['a', 1]]).get('a') === 1 && [...new Set('ab')][1] === 'b'],
  ['Uint8Array.prototype', bytesHold],
  ['Object', () => Object.entries({ a: 1 })[0]?.[1] === 1],
];

function arraysHold(): boolean {
  const three = [3, 1, 2];
  const changed = three.map((value) => 2 * value).filter((value) => value > 2);
  const sorted = three.flatMap((value) => [value, value]).toSorted((a, b) => a - b);
  const found = three.find((value) => value < 3) === 1 && three.includes(2) && !three.some((value) => value > 3);
  return found && changed.length === 2 && sorted.length === 6 && sorted[5] === 3 && three.slice(1, 2)[0] === 1;
}

function bytesHold(): boolean {
  const bytes = new Uint8Array([1, 2, 3]);
  const copy = bytes.slice(1);
  copy[0] = 9;
  bytes.set(bytes.subarray(1));
  return copy.length === 2 && bytes[0] === 2 && bytes[1] === 3;
}
