import {
  CHANNEL_LIMITS,
  SealError,
  asKey,
  constantTimeEqual,
  decode,
  type Bytes,
  type KemPublicKey,
} from '@seal-chat/protocol';
import type { KeyPackage } from 'ts-mls/keyPackage.js';
import { sha256 } from '../kdf.ts';
import { checkKemPublicKey } from '../kem/kem.ts';
import { onlyExtension } from './extensions.ts';
import { DOOR_KEY_HASH, publishedCodec } from './key-package-codecs.ts';
import { fromWire } from './wire.ts';

/**
 * A KeyPackage as it is published: with an ML-KEM key in front of it, whose SHA-256 is in a KeyPackage extension of
 * private use and so under the device's signature. Members never need the key, so that a Commit, which repeats the
 * KeyPackages it adds, carries the hash alone.
 */
export interface PublishedKeyPackage {
  readonly doorKey: KemPublicKey;
  readonly keyPackage: KeyPackage;
}

const HASH_LENGTH = 32;

/** Returns the hash of the ML-KEM key that belongs to a KeyPackage. @throws SealError MALFORMED when it has none */
export function doorKeyHashOf({ extensions }: KeyPackage): Bytes {
  const hash = onlyExtension(extensions, DOOR_KEY_HASH);
  if (hash?.length !== HASH_LENGTH) throw new SealError('MALFORMED', 'mls: KeyPackage has no post-quantum key');
  return hash;
}

/**
 * Decodes a KeyPackage and checks that the key in front is the one it names, and an ML-KEM key; verifies no signature.
 * @throws SealError MALFORMED, TOO_LARGE, UNSUPPORTED_VERSION
 */
export function decodePublished(bytes: Uint8Array): PublishedKeyPackage {
  const maxBytes = CHANNEL_LIMITS.keyPackage;
  if (bytes.length > maxBytes) throw new SealError('TOO_LARGE', `mls: ${bytes.length} bytes`, { maxBytes });
  const { doorKey, message } = decode(publishedCodec, bytes);
  const { keyPackage } = fromWire(message, 'mls_key_package', maxBytes);
  if (!constantTimeEqual(sha256(doorKey), doorKeyHashOf(keyPackage)))
    throw new SealError('MALFORMED', 'mls: KeyPackage belongs to another post-quantum key');
  checkKemPublicKey(doorKey);
  return { doorKey: asKey(doorKey), keyPackage };
}
