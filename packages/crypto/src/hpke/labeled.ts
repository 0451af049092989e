import { concatBytes, encode, u16, utf8, type Bytes } from '@seal-chat/protocol';
import type { HashFamily } from './hashes.ts';

/** LabeledExtract and LabeledExpand of HPKE (RFC 9180 §4), for one `suite_id`. */
export interface LabeledKdf {
  extract(salt: Uint8Array, label: string, ikm: Uint8Array): Bytes;
  expand(prk: Uint8Array, label: string, info: Uint8Array, length: number): Bytes;
}

const VERSION: Bytes = utf8('HPKE-v1');

export function labeledKdf(hash: HashFamily, suiteId: Uint8Array): LabeledKdf {
  return {
    extract: (salt, label, ikm) => hash.extract(salt, concatBytes(VERSION, suiteId, utf8(label), ikm)),
    expand: (prk, label, info, length) =>
      hash.expand(prk, concatBytes(encode(u16, length), VERSION, suiteId, utf8(label), info), length),
  };
}
