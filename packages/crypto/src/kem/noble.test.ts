import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { asKey } from '@seal-chat/protocol';
import { expect, it, vi } from 'vitest';
import { seededRng } from '../../test/rng.ts';
import type { KemSeed } from '../keys.ts';
import { KEM_SEED_LENGTH } from './kem.ts';
import { nobleKem } from './noble.ts';

vi.mock(import('@noble/post-quantum/ml-kem.js'), async (original) => {
  const real = await original();
  return { ...real, ml_kem768: { ...real.ml_kem768, keygen: vi.fn<typeof ml_kem768.keygen>(real.ml_kem768.keygen) } };
});

it('a key is expanded once to be made and used, and kept no longer', async () => {
  const rng = seededRng('noble');
  const keygen = vi.mocked(ml_kem768.keygen);
  const kem = nobleKem(rng);
  const [one, other] = [asKey<KemSeed>(rng(KEM_SEED_LENGTH)), asKey<KemSeed>(rng(KEM_SEED_LENGTH))];
  const { sharedSecret, ciphertext } = await kem.encapsulate(await kem.publicKey(one));
  expect(await kem.decapsulate(one, ciphertext)).toEqual(sharedSecret);
  expect(keygen).toHaveBeenCalledTimes(1);

  expect(await kem.decapsulate(one, ciphertext)).toEqual(sharedSecret);
  expect(keygen).toHaveBeenCalledTimes(2);
  await kem.publicKey(one);
  await kem.publicKey(other);
  expect(await kem.decapsulate(one, ciphertext)).toEqual(sharedSecret);
  expect(keygen).toHaveBeenCalledTimes(5);

  const kept = keygen.mock.results.filter(({ value }) => value.secretKey.some((byte: number) => byte !== 0));
  expect(kept).toEqual([keygen.mock.results[3]]);
});
