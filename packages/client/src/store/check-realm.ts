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
  ['String.prototype', stringsHold],
  ['Map or Set', collectionsHold],
  ['Uint8Array.prototype', bytesHold],
  ['Object', objectsHold],
];

function arraysHold(): boolean {
  const three = [3, 1, 2];
  const [first, ...rest] = three;
  const doubled = three.map((value) => 2 * value);
  const odd = three.filter((value) => value % 2 === 1);
  const flat = three.flatMap((value) => [value, value]);
  const sorted = three.toSorted((a, b) => a - b);
  const sum = three.reduce((total, value) => total + value, 0);
  return (
    first === 3 &&
    rest.length === 2 &&
    doubled[1] === 2 &&
    odd.length === 2 &&
    flat.length === 6 &&
    flat[5] === 2 &&
    sorted[0] === 1 &&
    three[0] === 3 &&
    sum === 6 &&
    three.slice(1, 2)[0] === 1 &&
    three.find((value) => value < 3) === 1 &&
    three.includes(2) &&
    !three.includes(4) &&
    three.some((value) => value === 1) &&
    !three.every((value) => value === 1) &&
    three.indexOf(2) === 2 &&
    three.join('/') === '3/1/2'
  );
}

function stringsHold(): boolean {
  const parts = 'a/b'.split('/');
  return (
    parts.length === 2 &&
    parts[1] === 'b' &&
    '7'.padStart(3, '0') === '007' &&
    'a/b'.startsWith('a/') &&
    !'a/b'.startsWith('b') &&
    'abc'.slice(1) === 'bc' &&
    ' a '.trim() === 'a'
  );
}

function collectionsHold(): boolean {
  const map = new Map([
    ['a', 1],
    ['b', 2],
  ]);
  const keys = [...map.keys()];
  const set = new Set(keys);
  return map.get('b') === 2 && keys.length === 2 && keys[0] === 'a' && set.has('b') && !set.has('c');
}

function bytesHold(): boolean {
  const bytes = new Uint8Array([1, 2, 3]);
  const copy = bytes.slice(1);
  copy[0] = 9;
  const target = new Uint8Array(3);
  target.set(bytes.subarray(1), 1);
  return bytes[1] === 2 && copy.length === 2 && target[0] === 0 && target[1] === 2 && target[2] === 3;
}

function objectsHold(): boolean {
  const entries = Object.entries({ a: 1 });
  const one = { a: 1 };
  const copy = { ...one, b: 2 };
  return entries.length === 1 && entries[0]![1] === 1 && Object.keys(copy).length === 2 && !('b' in one);
}
