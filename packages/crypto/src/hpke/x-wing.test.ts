import { ml_kem768_x25519 } from '@noble/post-quantum/hybrid.js';
import type { Bytes } from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../test/rng.ts';
import { codeOf } from '../../test/seal-error.ts';
import { selectCurves } from '../curves/select.ts';
import { selectKem } from '../kem/select.ts';
import { xWingKem } from './x-wing.ts';

describe('X-Wing', async () => {
  const rng = seededRng('x-wing');
  const { subtle } = globalThis.crypto;
  const kem = xWingKem({ curves: await selectCurves(subtle), mlKem: await selectKem(subtle, rng), rng });

  it('is that of another implementation, key for key and secret for secret', async () => {
    for (let i = 0; i < 5; i++) {
      const seed = rng(32);
      const key = await kem.importPrivateKey(seed);
      const theirs = ml_kem768_x25519.keygen(seed);
      expect(key.publicKey).toEqual(theirs.publicKey);
      const forUs = ml_kem768_x25519.encapsulate(key.publicKey);
      expect(await kem.decapsulate(key, forUs.cipherText)).toEqual(Uint8Array.from(forUs.sharedSecret));
      const forThem = await kem.encapsulate(theirs.publicKey);
      expect(forThem.sharedSecret).toEqual(
        Uint8Array.from(ml_kem768_x25519.decapsulate(forThem.enc, theirs.secretKey)),
      );
    }
  });

  it('depends on both of its halves', async () => {
    const key = await kem.generateKeyPair();
    const { enc, sharedSecret } = await kem.encapsulate(key.publicKey);
    for (const at of [0, 1_088]) {
      const changed = enc.slice();
      changed[at]! ^= 1;
      expect(await kem.decapsulate(key, changed)).not.toEqual(sharedSecret);
    }
  });

  it('refuses keys of small order and wrong lengths', async () => {
    const { publicKey } = await kem.generateKeyPair();
    const zero: Bytes = publicKey.slice();
    zero.fill(0, 1_184);
    expect(await codeOf(() => kem.encapsulate(zero))).toBe('LOW_ORDER_KEY');
    expect(await codeOf(() => kem.encapsulate(publicKey.slice(1)))).toBe('MALFORMED');
    expect(await codeOf(() => kem.importPrivateKey(new Uint8Array(31)))).toBe('MALFORMED');
  });
});
