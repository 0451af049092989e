import nacl from 'tweetnacl';
import { asKey, wipe, type Bytes } from '@seal-chat/protocol';
import { expectLength } from '../expect-length.ts';
import { freshKeyPair } from '../fresh-key-pair.ts';
import { hasStrictEncoding } from './canonical.ts';
import type { Curves } from './curves.ts';

/** Curve operations in JavaScript, for engines whose WebCrypto lacks a curve. Audited, slow, a few KB. */
export const tweetnaclCurves: Curves = {
  async dhKeyPair(seed) {
    expectLength('seed', seed, 32);
    return { publicKey: asKey(nacl.scalarMult.base(seed)), privateKey: asKey(Uint8Array.from(seed)) };
  },

  newDhKeyPair: (rng) => freshKeyPair(rng, (seed) => tweetnaclCurves.dhKeyPair(asKey(seed))),

  async rawDh(own, peerPublicKey) {
    expectLength('private key', own.privateKey, 32);
    expectLength('public key', peerPublicKey, 32);
    return asKey(nacl.scalarMult(own.privateKey, peerPublicKey));
  },

  async signKeyPair(seed) {
    expectLength('seed', seed, 32);
    const { publicKey, secretKey } = nacl.sign.keyPair.fromSeed(seed);
    wipe(secretKey);
    return { publicKey: asKey(publicKey), privateKey: asKey(Uint8Array.from(seed)) };
  },

  newSignKeyPair: (rng) => freshKeyPair(rng, (seed) => tweetnaclCurves.signKeyPair(asKey(seed))),

  async sign(own, message) {
    expectLength('private key', own.privateKey, 32);
    // The public half is computed again rather than taken from `own`: signing under a public key that is not the
    // private key's own gives the private key away.
    const { secretKey } = nacl.sign.keyPair.fromSeed(own.privateKey);
    const signature = nacl.sign.detached(message, secretKey) as Bytes;
    wipe(secretKey);
    return signature;
  },

  async verify(publicKey, message, signature) {
    return hasStrictEncoding(publicKey, signature) && nacl.sign.detached.verify(message, signature, publicKey);
  },
};
