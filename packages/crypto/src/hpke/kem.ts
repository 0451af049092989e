import type { Bytes } from '@seal-chat/protocol';

/** A private key ready for use, with its public half. `secret` is its serialisation. */
export interface KemPrivateKey {
  readonly secret: Bytes;
  readonly publicKey: Bytes;
}

/** A KEM as HPKE asks for it (RFC 9180 §4). Keys that are not of its form throw MALFORMED or LOW_ORDER_KEY. */
export interface HpkeKem {
  /** HPKE identifier (RFC 9180 §7.1). */
  readonly id: number;
  generateKeyPair(): Promise<KemPrivateKey>;
  deriveKeyPair(ikm: Uint8Array): Promise<KemPrivateKey>;
  /** From its serialisation, which is copied. */
  importPrivateKey(secret: Uint8Array): Promise<KemPrivateKey>;
  encapsulate(publicKey: Uint8Array): Promise<{ readonly sharedSecret: Bytes; readonly enc: Bytes }>;
  decapsulate(key: KemPrivateKey, enc: Uint8Array): Promise<Bytes>;
}
