import { constantTimeEqual, fromHex, isSealError, type Bytes, type ErrorCode } from '@seal-chat/protocol';

/**
 * Test vectors in the layout of C2SP/wycheproof, `testvectors_v1`. Files come from outside, so nothing is taken for
 * granted but the outer shape.
 */
export interface WycheproofFile {
  readonly algorithm: string;
  readonly testGroups: readonly WycheproofGroup[];
}

export interface WycheproofGroup {
  readonly type: string;
  readonly tests: readonly WycheproofTest[];
  readonly [field: string]: unknown;
}

export interface WycheproofTest {
  readonly tcId: number;
  readonly result: string;
  readonly flags?: readonly string[];
  readonly [field: string]: unknown;
}

/** What came of one test. A skipped one says which parameters our wrapper does not have. */
export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'skipped'; readonly reason: string };

/** Runs the tests of one kind of group through one implementation. */
export interface Suite {
  readonly implementation: string;
  readonly matches: (algorithm: string, group: WycheproofGroup) => boolean;
  readonly run: (group: WycheproofGroup, test: WycheproofTest) => Outcome | Promise<Outcome>;
}

export const PASSED: Outcome = { kind: 'passed' };

export function failed(reason: string): Outcome {
  return { kind: 'failed', reason };
}

export function skipped(reason: string): Outcome {
  return { kind: 'skipped', reason };
}

/** The file, or null when the JSON is something else. */
export function asWycheproofFile(json: unknown): WycheproofFile | null {
  if (typeof json !== 'object' || json === null) return null;
  const { algorithm, testGroups } = json as Partial<WycheproofFile>;
  if (typeof algorithm !== 'string' || !Array.isArray(testGroups)) return null;
  return { algorithm, testGroups };
}

/** The bytes of a hexadecimal field. @throws RangeError when there is none of that name */
export function bytesOf(record: WycheproofGroup | WycheproofTest, field: string): Bytes {
  const value = record[field];
  if (typeof value !== 'string') throw new RangeError(`no field ${field}`);
  return fromHex(value);
}

/** Passed when `found` is `expected`, or when both say that the input is invalid (null). */
export function compare(what: string, found: Bytes | null, expected: Bytes | null): Outcome {
  if (found === null || expected === null) {
    return found === expected ? PASSED : failed(found === null ? `${what}: refused` : `${what}: not refused`);
  }
  return constantTimeEqual(found, expected) ? PASSED : failed(`${what}: differs`);
}

/** The first outcome that is no pass, else a pass. */
export function all(...outcomes: readonly Outcome[]): Outcome {
  return outcomes.find((outcome) => outcome.kind !== 'passed') ?? PASSED;
}

/** What `run` gives, or null when it refuses with one of `codes`. Any other error is a defect and passes through. */
export async function orRefused<T>(run: () => Promise<T>, codes: readonly ErrorCode[]): Promise<T | null> {
  try {
    return await run();
  } catch (error) {
    if (codes.some((code) => isSealError(error, code))) return null;
    throw error;
  }
}
