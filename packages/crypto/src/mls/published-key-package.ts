import {
  CHANNEL_LIMITS,
  KEM_KEY_LENGTH,
  SealError,
  asKey,
  constantTimeEqual,
  decode,
  encode,
  fixed,
  struct,
  variable,
  versioned,
  type Bytes,
  type KemPublicKey,
} from '@seal-chat/protocol';
import type { Extension } from 'ts-mls/extension.js';
import type { KeyPackage } from 'ts-mls/keyPackage.js';
import { sha256 } from '../kdf.ts';
import { checkKemPublicKey } from '../kem/kem.ts';
import { onlyExtension } from './extensions.ts';
import { fromWire, toWire } from './wire.ts';

/**
 * A KeyPackage as it is published: with an ML-KEM key in front of it, whose SHA-256 is in a KeyPackage extension of
 * private use and so under the device's signature. Members never need the key, so that a Commit, which repeats the
 * KeyPackages it adds, carries the hash alone.
 */
export interface PublishedKeyPackage {
  readonly doorKey: KemPublicKey;
  readonly keyPackage: KeyPackage;
}

const DOOR_KEY_HASH = 0xf5e1;
const HASH_LENGTH = 32;

const publishedCodec = versioned(
  1,
  struct<{ readonly doorKey: Bytes; readonly message: Bytes }>({
    doorKey: fixed(KEM_KEY_LENGTH),
    message: variable(CHANNEL_LIMITS.keyPackage),
  }),
);

/** Makes the extension that puts an ML-KEM key under the signature of a KeyPackage. */
export function doorKeyHash(doorKey: KemPublicKey): Extension {
  return { extensionType: DOOR_KEY_HASH, extensionData: sha256(doorKey) };
}

/** Returns the hash of the ML-KEM key that belongs to a KeyPackage. @throws SealError MALFORMED when it has none */
export function doorKeyHashOf({ extensions }: KeyPackage): Bytes {
  const hash = onlyExtension(extensions, DOOR_KEY_HASH);
  if (hash?.length !== HASH_LENGTH) throw new SealError('MALFORMED', 'mls: KeyPackage has no post-quantum key');
  return hash;
}

/** Encodes a KeyPackage with its ML-KEM key. */
export function encodePublished({ doorKey, keyPackage }: PublishedKeyPackage): Bytes {
  return encode(publishedCodec, { doorKey, message: toWire({ wireformat: 'mls_key_package', keyPackage }) });
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
