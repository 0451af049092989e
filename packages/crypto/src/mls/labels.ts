import { ByteWriter, utf8, type Bytes } from '@seal-chat/protocol';
import type { HashFamily } from '../hpke/hashes.ts';
import { writeVector } from './write-vector.ts';

const NO_BYTES: Bytes = new Uint8Array(0);

/** Computes ExpandWithLabel of RFC 9420 §8, synchronous. */
export function expandWithLabel(
  hash: HashFamily,
  secret: Uint8Array,
  label: string,
  context: Uint8Array = NO_BYTES,
  length: number = hash.size,
): Bytes {
  const out = new ByteWriter();
  out.uint(length, 2);
  writeVector(out, nameOf(label));
  writeVector(out, context);
  return hash.expand(secret, out.finish(), length);
}

/** The few labels there are, encoded: a message takes five of them. */
const names = new Map<string, Bytes>();

function nameOf(label: string): Bytes {
  const name = names.get(label) ?? utf8(`MLS 1.0 ${label}`);
  names.set(label, name);
  return name;
}
