import { isPlainJson } from '../net/json-scan.ts';

/** Reads the JSON of a frame; undefined when it is none, or none that is worth parsing. */
export function parseFrame(bytes: Buffer): unknown {
  if (!isPlainJson(bytes)) return undefined;
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

/** Returns under which id a call that is none is answered. */
export function idOf(call: unknown): string | number | null {
  const id: unknown = typeof call === 'object' && call !== null && 'id' in call ? call.id : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}
