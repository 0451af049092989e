import type { Bytes } from './bytes.ts';
import { fixed, type Codec } from './codec.ts';

/**
 * Keys are bytes with a brand: a type that says what a key is for and does not exist at run time. A key can be used
 * wherever bytes are read, but bytes, or a key of another kind, do not compile where this kind is asked for.
 */
declare const brand: unique symbol;
export type Key<Name extends string> = Bytes & { readonly [brand]: Name };

/** X25519 public key, 32 bytes: an identity key, an ephemeral key or a ratchet key. */
export type DhPublicKey = Key<'DhPublicKey'>;
/** Ed25519 public key, 32 bytes: of an account or of a device. */
export type SignPublicKey = Key<'SignPublicKey'>;
/** ML-KEM-768 encapsulation key, 1184 bytes. */
export type KemPublicKey = Key<'KemPublicKey'>;
/** X-Wing public key, 1216 bytes. */
export type XWingPublicKey = Key<'XWingPublicKey'>;
/** secretbox key of one sealed body, 32 bytes. */
export type ContentKey = Key<'ContentKey'>;
/** Key of one attachment, 32 bytes. */
export type FileKey = Key<'FileKey'>;

/**
 * Says what bytes from outside (a generator, storage, a library) are for. The kind is the one that the place asks for.
 * Checks nothing; `keyCodec` and the functions that take the key check its length.
 */
export function asKey<K extends Key<string>>(bytes: Uint8Array): K {
  return bytes as K;
}

/** Carries a key of `length` bytes, written as `fixed` writes bytes. */
export function keyCodec<K extends Key<string>>(length: number): Codec<K> {
  return fixed(length) as unknown as Codec<K>;
}
