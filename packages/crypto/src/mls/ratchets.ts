import { ByteReader, ByteWriter, SealError, times, type Bytes } from '@seal-chat/protocol';

/**
 * The part of a group's state that changes with every message (RFC 9420 §9): what is left of the secret tree. Secrets
 * of whole subtrees from which no device has sent, and a ratchet for every device that has sent. Handshake messages are
 * not encrypted here, so that there are no handshake ratchets.
 */
export interface Ratchets {
  /** Names the epoch this belongs to. */
  readonly stamp: Bytes;
  /** Node index to `tree_node_secret`. */
  readonly nodes: Map<number, Bytes>;
  /** Leaf index to its application ratchet. */
  readonly leaves: Map<number, LeafRatchet>;
}

export interface LeafRatchet {
  /** Of the next key. */
  generation: number;
  /** The ratchet's secret at that generation. */
  secret: Bytes;
  /** Keys of messages that were passed over, oldest first. */
  readonly skipped: SkippedKey[];
}

export interface SkippedKey {
  readonly generation: number;
  readonly key: Bytes;
  readonly nonce: Bytes;
}

/** Length of an epoch's stamp: random, made when the epoch is entered. */
export const STAMP_LENGTH = 16;
const VERSION = 1;

export function encodeRatchets({ stamp, nodes, leaves }: Ratchets): Bytes {
  const out = new ByteWriter();
  out.uint(VERSION, 1);
  out.bytes(stamp);
  out.uint(nodes.size, 2);
  for (const [index, secret] of nodes) {
    out.uint(index, 4);
    writeSecret(out, secret);
  }
  out.uint(leaves.size, 2);
  for (const [index, { generation, secret, skipped }] of leaves) {
    out.uint(index, 4);
    out.uint(generation, 4);
    writeSecret(out, secret);
    out.uint(skipped.length, 2);
    for (const entry of skipped) {
      out.uint(entry.generation, 4);
      writeSecret(out, entry.key);
      writeSecret(out, entry.nonce);
    }
  }
  return out.finish();
}

/** Decodes the ratchets of an epoch. @throws SealError MALFORMED, UNSUPPORTED_VERSION */
export function decodeRatchets(bytes: Uint8Array): Ratchets {
  const input = new ByteReader(bytes);
  const version = input.uint(1);
  if (version !== VERSION) throw new SealError('UNSUPPORTED_VERSION', `mls: ratchets have version ${version}`);
  const stamp = input.bytes(STAMP_LENGTH);
  const nodes = new Map<number, Bytes>();
  for (let left = input.uint(2); left > 0; left--) nodes.set(input.uint(4), readSecret(input));
  const leaves = new Map<number, LeafRatchet>();
  for (let left = input.uint(2); left > 0; left--) {
    const index = input.uint(4);
    const generation = input.uint(4);
    const secret = readSecret(input);
    const skipped = times(input.uint(2), () => ({
      generation: input.uint(4),
      key: readSecret(input),
      nonce: readSecret(input),
    }));
    leaves.set(index, { generation, secret, skipped });
  }
  input.end();
  return { stamp, nodes, leaves };
}

/** Overwrites what was decoded. */
export function wipeRatchets({ nodes, leaves }: Ratchets): void {
  for (const secret of nodes.values()) secret.fill(0);
  for (const { secret, skipped } of leaves.values()) {
    secret.fill(0);
    for (const { key, nonce } of skipped) {
      key.fill(0);
      nonce.fill(0);
    }
  }
}

function writeSecret(out: ByteWriter, secret: Bytes): void {
  out.uint(secret.length, 1);
  out.bytes(secret);
}

function readSecret(input: ByteReader): Bytes {
  return input.bytes(input.uint(1));
}
