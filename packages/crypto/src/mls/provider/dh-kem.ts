import { asKey, concatBytes, encode, u16, utf8, wipe, type Bytes } from '@seal-chat/protocol';
import { dh, type Curves } from '../../curves/curves.ts';
import { expectLength } from '../../expect-length.ts';
import type { Rng } from '../../rng.ts';
import { sha256Family } from '../../hpke/hashes.ts';
import type { HpkeKem, KemPrivateKey } from '../../hpke/kem.ts';
import { labeledKdf } from '../../hpke/labeled.ts';

const KEM_ID = 0x0020;
const KEY_LENGTH = 32;
const NO_BYTES: Bytes = new Uint8Array(0);

/**
 * Makes DHKEM(X25519, HKDF-SHA256) of RFC 9180 §4.1. Every agreement goes through `dh`, which refuses all-zero results.
 */
export function x25519Kem(curves: Curves, rng: Rng): HpkeKem {
  const kdf = labeledKdf(sha256Family, concatBytes(utf8('KEM'), encode(u16, KEM_ID)));

  async function fromSeed(seed: Bytes): Promise<KemPrivateKey> {
    const { publicKey, privateKey } = await curves.dhKeyPair(asKey(seed));
    return { publicKey, secret: privateKey };
  }

  function extractAndExpand(secret: Bytes, enc: Uint8Array, publicKey: Uint8Array): Bytes {
    const prk = kdf.extract(NO_BYTES, 'eae_prk', secret);
    const shared = kdf.expand(prk, 'shared_secret', concatBytes(enc, publicKey), 32);
    wipe(secret, prk);
    return shared;
  }

  return {
    id: KEM_ID,

    async generateKeyPair() {
      const { publicKey, privateKey } = await curves.newDhKeyPair(rng);
      return { publicKey, secret: privateKey };
    },

    async deriveKeyPair(ikm) {
      const prk = kdf.extract(NO_BYTES, 'dkp_prk', ikm);
      const seed = kdf.expand(prk, 'sk', NO_BYTES, KEY_LENGTH);
      const pair = await fromSeed(seed);
      wipe(prk, seed);
      return pair;
    },

    async importPrivateKey(secret) {
      expectLength('private key', secret, KEY_LENGTH);
      return fromSeed(Uint8Array.from(secret));
    },

    async encapsulate(publicKey) {
      expectLength('public key', publicKey, KEY_LENGTH);
      const ephemeral = await curves.newDhKeyPair(rng);
      try {
        const secret = await dh(curves, ephemeral, asKey(Uint8Array.from(publicKey)));
        return { sharedSecret: extractAndExpand(secret, ephemeral.publicKey, publicKey), enc: ephemeral.publicKey };
      } finally {
        wipe(ephemeral.privateKey);
      }
    },

    async decapsulate({ secret: privateKey, publicKey }, enc) {
      expectLength('encapsulated key', enc, KEY_LENGTH);
      const secret = await dh(
        curves,
        { privateKey: asKey(privateKey), publicKey: asKey(publicKey) },
        asKey(Uint8Array.from(enc)),
      );
      return extractAndExpand(secret, enc, publicKey);
    },
  };
}
