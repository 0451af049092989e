import { asKey, constantTimeEqual, concatBytes, utf8, type Bytes } from '@seal-chat/protocol';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import { mlsExporter } from 'ts-mls/keySchedule.js';
import type { PreSharedKeyID } from 'ts-mls/presharedkey.js';
import { KEM_SEED_LENGTH } from '../kem/kem.ts';
import type { KemSeed } from '../keys.ts';

/**
 * The PSKs that ML-KEM guards the two doors of a group with (RFC 9420 §8.4): a Welcome and an external Commit. Whatever
 * else comes into a group's keys follows from the epoch before, so that who can break X25519 alone stays outside.
 */
export type Door = 'welcome' | 'external';

/** Labels of MLS-Exporter (§8.5), and how the ids of the PSKs begin. */
const LABELS: Readonly<Record<Door, string>> = { welcome: 'SealChat_v1_PqDoor', external: 'SealChat_v1_PqExternal' };
const PSK_LENGTH = 32;
const NO_BYTES: Bytes = new Uint8Array(0);

/**
 * Makes the PreSharedKeyID (§8.4) of a door in an epoch: that in which the Commit is made.
 * @param pskNonce random, of the length of the ciphersuite's hash
 */
export function doorPskId(door: Door, epoch: bigint, pskNonce: Bytes): PreSharedKeyID {
  return { psktype: 'external', pskId: nameOf(door, epoch), pskNonce };
}

/** Tells whether `id` is what `doorPskId` makes. */
export function isDoorPskId(
  id: PreSharedKeyID,
  expected: { readonly door: Door; readonly epoch: bigint; readonly nonceLength: number },
): boolean {
  const { door, epoch, nonceLength } = expected;
  return (
    id.psktype === 'external' && id.pskNonce.length === nonceLength && constantTimeEqual(id.pskId, nameOf(door, epoch))
  );
}

/**
 * Derives the PSK, 32 bytes, of a Commit that adds devices. Every member of the epoch knows it; its nonce makes it that
 * of one Commit, so that a Welcome to a Commit that lost opens no other.
 */
export async function welcomePsk(
  exporterSecret: Uint8Array,
  { pskNonce }: PreSharedKeyID,
  suite: CiphersuiteImpl,
): Promise<Bytes> {
  return Uint8Array.from(await mlsExporter(exporterSecret, LABELS.welcome, pskNonce, PSK_LENGTH, suite));
}

/** Derives the seed d ‖ z, 64 bytes, of the ML-KEM key by which devices join an epoch externally. */
export async function externalDoorSeed(exporterSecret: Uint8Array, suite: CiphersuiteImpl): Promise<KemSeed> {
  return asKey(Uint8Array.from(await mlsExporter(exporterSecret, LABELS.external, NO_BYTES, KEM_SEED_LENGTH, suite)));
}

function nameOf(door: Door, epoch: bigint): Bytes {
  const number = new Uint8Array(8);
  new DataView(number.buffer).setBigUint64(0, epoch);
  return concatBytes(utf8(LABELS[door]), number);
}
