import { CHANNEL_LIMITS, SealError, utf8, wipe, type Bytes } from '@seal-chat/protocol';
import { directPath, leafToNodeIndex, left, right, root, toLeafIndex } from 'ts-mls/treemath.js';
import { expandWithLabel } from './labels.ts';
import type { Aead } from '../hpke/aead.ts';
import type { HashFamily } from '../hpke/hashes.ts';
import type { LeafRatchet, Ratchets, SkippedKey } from './ratchets.ts';

/** The secret tree and its application ratchets (RFC 9420 §9), derived as far as they are used. */

export interface TreeKdf {
  readonly hash: HashFamily;
  readonly aead: Pick<Aead, 'keyLength' | 'nonceLength'>;
}

/** Passed-over keys that are kept for one sender. */
export const MAX_SKIPPED = 256;

const LEFT: Bytes = utf8('left');
const RIGHT: Bytes = utf8('right');

/** Makes the tree of a new epoch with room for `leafWidth` leaves. `encryptionSecret` is copied. */
export function newRatchets(stamp: Bytes, leafWidth: number, encryptionSecret: Uint8Array): Ratchets {
  return { stamp, nodes: new Map([[root(leafWidth), Uint8Array.from(encryptionSecret)]]), leaves: new Map() };
}

/**
 * Returns the ratchet of a leaf. When it is used for the first time, the secrets on the way to it are derived, those
 * they come from deleted (§9.2).
 * @throws SealError MALFORMED when the tree has no secret above the leaf
 */
export function ratchetOf({ hash }: TreeKdf, ratchets: Ratchets, leaf: number, leafWidth: number): LeafRatchet {
  const known = ratchets.leaves.get(leaf);
  if (known !== undefined) return known;
  const leafNode = leafToNodeIndex(toLeafIndex(leaf));
  const path: number[] = [leafNode, ...directPath(leafNode, leafWidth)];
  const top = path.findIndex((node) => ratchets.nodes.has(node));
  if (top < 0) throw new SealError('MALFORMED', 'mls: the ratchets do not belong to this tree');
  for (let i = top; i > 0; i--) split(hash, ratchets.nodes, path[i]!);
  const leafSecret = ratchets.nodes.get(leafNode)!;
  const ratchet = { generation: 0, secret: expandWithLabel(hash, leafSecret, 'application'), skipped: [] };
  ratchets.nodes.delete(leafNode);
  wipe(leafSecret);
  ratchets.leaves.set(leaf, ratchet);
  return ratchet;
}

/** Replaces the secret of a node by those of its children. */
function split(hash: HashFamily, nodes: Map<number, Bytes>, node: number): void {
  const secret = nodes.get(node)!;
  const index = node as Parameters<typeof left>[0];
  nodes.set(left(index), expandWithLabel(hash, secret, 'tree', LEFT));
  nodes.set(right(index), expandWithLabel(hash, secret, 'tree', RIGHT));
  nodes.delete(node);
  wipe(secret);
}

/** Takes the key of the ratchet's next generation, which it is past afterwards. */
export function takeNext({ hash, aead }: TreeKdf, ratchet: LeafRatchet): SkippedKey {
  const { secret, generation } = ratchet;
  const context = Uint8Array.of(generation >>> 24, generation >>> 16, generation >>> 8, generation);
  const taken = {
    generation,
    key: expandWithLabel(hash, secret, 'key', context, aead.keyLength),
    nonce: expandWithLabel(hash, secret, 'nonce', context, aead.nonceLength),
  };
  ratchet.secret = expandWithLabel(hash, secret, 'secret', context);
  ratchet.generation = generation + 1;
  wipe(secret);
  return taken;
}

/**
 * Takes the key of a certain generation, which is gone afterwards. Keys on the way to it are kept, the newest of them.
 * @throws SealError REPLAYED when it is used up, TOO_FAR_AHEAD when it is too far ahead
 */
export function take(kdf: TreeKdf, ratchet: LeafRatchet, generation: number): SkippedKey {
  if (generation < ratchet.generation) {
    const at = ratchet.skipped.findIndex((entry) => entry.generation === generation);
    if (at < 0) throw new SealError('REPLAYED', 'mls: the generation is used up');
    return ratchet.skipped.splice(at, 1)[0]!;
  }
  if (generation - ratchet.generation > CHANNEL_LIMITS.maxForwardGenerations)
    throw new SealError('TOO_FAR_AHEAD', 'mls: the generation is too far ahead');
  while (ratchet.generation < generation) {
    const passed = takeNext(kdf, ratchet);
    ratchet.skipped.push(passed);
    if (ratchet.skipped.length > MAX_SKIPPED) {
      const { key, nonce } = ratchet.skipped.shift()!;
      wipe(key, nonce);
    }
  }
  return takeNext(kdf, ratchet);
}
