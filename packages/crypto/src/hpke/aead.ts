import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { SealError, type Bytes } from '@seal-chat/protocol';

/** An AEAD as HPKE and MLS use it; synchronous, because messages are small. */
export interface Aead {
  /** HPKE identifier (RFC 9180 §7.3). */
  readonly id: number;
  readonly keyLength: number;
  readonly nonceLength: number;
  seal(key: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): Bytes;
  /** @throws SealError UNDECRYPTABLE when the ciphertext is not authentic */
  open(key: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array, ciphertext: Uint8Array): Bytes;
}

/**
 * ChaCha20-Poly1305 (RFC 8439). For messages of our size it takes a fifth of the time of a WebCrypto call, and unlike
 * AES in JavaScript it has no tables that a neighbour on the same processor could watch.
 */
export const chaChaPoly: Aead = {
  id: 3,
  keyLength: 32,
  nonceLength: 12,
  seal: (key, nonce, associatedData, plaintext) => chacha20poly1305(key, nonce, associatedData).encrypt(plaintext),
  open(key, nonce, associatedData, ciphertext) {
    try {
      return chacha20poly1305(key, nonce, associatedData).decrypt(ciphertext);
    } catch (cause) {
      throw new SealError('UNDECRYPTABLE', 'aead: authentication failed', { cause });
    }
  },
};
