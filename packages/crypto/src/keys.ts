import type { DhPublicKey, Key, KemPublicKey, SignPublicKey } from '@seal-chat/protocol';

/** The secret keys of the house, named as in the specifications. Public keys and the keys in bodies are in protocol. */

/** X25519 private key, 32 bytes (RFC 7748). */
export type DhPrivateKey = Key<'DhPrivateKey'>;
/** Result of an X25519 agreement, 32 bytes: `dh_out` of the Double Ratchet, DH1 to DH4 of PQXDH. */
export type DhOutput = Key<'DhOutput'>;
/** Seed of an Ed25519 key pair, 32 bytes: RFC 8032 calls it the private key. */
export type SignSeed = Key<'SignSeed'>;
/** Secret of an archive key, 32 bytes: only keys derived from it are used. */
export type ArchiveSecret = Key<'ArchiveSecret'>;
/** What an unlock way derives, 32 bytes: the seed of an X-Wing key pair. */
export type MethodKey = Key<'MethodKey'>;
/** Seed d || z of an ML-KEM-768 key pair, 64 bytes (FIPS 203). */
export type KemSeed = Key<'KemSeed'>;
/** Result of an encapsulation, 32 bytes: SS of PQXDH. */
export type KemSecret = Key<'KemSecret'>;

/** SK of PQXDH §3.3, 32 bytes: the first root key of a session. */
export type SharedSecret = Key<'SharedSecret'>;
/** The 32 bytes that PQXDH's KDF gives after SK: what the post-quantum ratchet of a session begins with. */
export type PqSharedSecret = Key<'PqSharedSecret'>;
/** RK of the Double Ratchet, 32 bytes. */
export type RootKey = Key<'RootKey'>;
/** CKs or CKr of the Double Ratchet, 32 bytes. */
export type ChainKey = Key<'ChainKey'>;
/** mk of the Double Ratchet, 32 bytes: of one message. */
export type MessageKey = Key<'MessageKey'>;
/** What the chains of an epoch of the post-quantum ratchet begin with, and the salt of the next one, 32 bytes. */
export type EpochSecret = Key<'EpochSecret'>;
/** Chain key of one direction of an epoch of the post-quantum ratchet, 32 bytes. */
export type PqChainKey = Key<'PqChainKey'>;
/** Key of one message by the post-quantum ratchet, 32 bytes. */
export type PqMessageKey = Key<'PqMessageKey'>;
/** HKDF-Extract over the keys that both ratchets have for one message, 32 bytes: what seals it. */
export type HybridKey = Key<'HybridKey'>;

/** Key of a secretbox, 32 bytes, where it is neither a `ContentKey` nor anything else that has a name. */
export type BoxKey = Key<'BoxKey'>;
/** What both sides of a linking derive from its code, 32 bytes. */
export type LinkCodeKey = Key<'LinkCodeKey'>;
/** What a linking agreed on together with its code, 64 bytes. */
export type LinkSecret = Key<'LinkSecret'>;

/** X25519 key pair. */
export interface DhKeyPair {
  readonly publicKey: DhPublicKey;
  readonly privateKey: DhPrivateKey;
}

/** Ed25519 key pair. */
export interface SignKeyPair {
  readonly publicKey: SignPublicKey;
  readonly privateKey: SignSeed;
}

/** ML-KEM-768 key pair. */
export interface KemKeyPair {
  readonly publicKey: KemPublicKey;
  readonly privateKey: KemSeed;
}
