import { concatBytes, encode, u16, utf8, wipe, type Bytes } from '@seal-chat/protocol';
import type { Hpke, PrivateKey, PublicKey } from 'ts-mls/crypto/hpke.js';
import type { Aead } from './aead.ts';
import type { HashFamily } from './hashes.ts';
import type { HpkeKem, KemPrivateKey } from './kem.ts';
import { labeledKdf } from './labeled.ts';

const NO_BYTES: Bytes = new Uint8Array(0);
const MODE_BASE: Bytes = new Uint8Array(1);

/**
 * Makes HPKE in base mode (RFC 9180), one message to a context, in the shape `ts-mls` asks for. The library takes keys
 * as opaque objects; ours are raw public keys and `KemPrivateKey`s.
 */
export function hpke(input: {
  readonly kem: HpkeKem;
  readonly kdf: { readonly id: number; readonly hash: HashFamily };
  readonly aead: Aead;
}): Hpke {
  const { kem, aead } = input;
  const { hash } = input.kdf;
  const ids = concatBytes(encode(u16, kem.id), encode(u16, input.kdf.id), encode(u16, aead.id));
  const kdf = labeledKdf(hash, concatBytes(utf8('HPKE'), ids));

  /** KeySchedule of §5.1 without a PSK. Overwrites `sharedSecret`. */
  function schedule(sharedSecret: Bytes, info: Uint8Array) {
    const context = concatBytes(
      MODE_BASE,
      kdf.extract(NO_BYTES, 'psk_id_hash', NO_BYTES),
      kdf.extract(NO_BYTES, 'info_hash', info),
    );
    const secret = kdf.extract(sharedSecret, 'secret', NO_BYTES);
    wipe(sharedSecret);
    return {
      key: () => kdf.expand(secret, 'key', context, aead.keyLength),
      nonce: () => kdf.expand(secret, 'base_nonce', context, aead.nonceLength),
      exported(exporterContext: Uint8Array, length: number) {
        const exporter = kdf.expand(secret, 'exp', context, hash.size);
        const value = kdf.expand(exporter, 'sec', exporterContext, length);
        wipe(exporter);
        return value;
      },
      end: () => wipe(secret),
    };
  }

  return {
    keyLength: aead.keyLength,
    nonceLength: aead.nonceLength,

    async seal(publicKey, plaintext, info, aad = NO_BYTES) {
      const { sharedSecret, enc } = await kem.encapsulate(asPublicKey(publicKey));
      const context = schedule(sharedSecret, info);
      const key = context.key();
      const ct = aead.seal(key, context.nonce(), aad, plaintext);
      context.end();
      wipe(key);
      return { ct, enc };
    },

    async open(privateKey, kemOutput, ciphertext, info, aad = NO_BYTES) {
      const context = schedule(await kem.decapsulate(asPrivateKey(privateKey), kemOutput), info);
      const key = context.key();
      try {
        return aead.open(key, context.nonce(), aad, ciphertext);
      } finally {
        context.end();
        wipe(key);
      }
    },

    async exportSecret(publicKey, exporterContext, length, info) {
      const { sharedSecret, enc } = await kem.encapsulate(asPublicKey(publicKey));
      const context = schedule(sharedSecret, info);
      const secret = context.exported(exporterContext, length);
      context.end();
      return { enc, secret };
    },

    async importSecret(privateKey, exporterContext, kemOutput, length, info) {
      const context = schedule(await kem.decapsulate(asPrivateKey(privateKey), kemOutput), info);
      const secret = context.exported(exporterContext, length);
      context.end();
      return secret;
    },

    importPublicKey: async (key) => opaque<PublicKey>(key),
    exportPublicKey: async (key) => asPublicKey(key),
    importPrivateKey: async (key) => opaque<PrivateKey>(await kem.importPrivateKey(key)),
    exportPrivateKey: async (key) => asPrivateKey(key).secret,
    deriveKeyPair: async (ikm) => asPair(await kem.deriveKeyPair(ikm)),
    generateKeyPair: async () => asPair(await kem.generateKeyPair()),

    encryptAead: async (key, nonce, aad = NO_BYTES, plaintext) => aead.seal(key, nonce, aad, plaintext),
    decryptAead: async (key, nonce, aad = NO_BYTES, ciphertext) => aead.open(key, nonce, aad, ciphertext),
  };
}

function asPublicKey(key: unknown): Uint8Array {
  return key as Uint8Array;
}

function asPrivateKey(key: unknown): KemPrivateKey {
  return key as KemPrivateKey;
}

/** What the library takes for a WebCrypto key, and never looks into. */
function opaque<T>(key: unknown): T {
  return key as T;
}

function asPair(pair: KemPrivateKey): { privateKey: PrivateKey; publicKey: PublicKey } {
  return { privateKey: opaque<PrivateKey>(pair), publicKey: opaque<PublicKey>(pair.publicKey) };
}
