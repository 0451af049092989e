import { describe, expect, it } from 'vitest';
import { seededRng } from '../test/rng.ts';
import { codeOf } from '../test/seal-error.ts';
import { aesGcmOpen, aesGcmSeal, importAesGcmKey } from './aes-gcm.ts';

const { subtle } = globalThis.crypto;

describe('AES-256-GCM', () => {
  it('opens what it sealed, and nothing else', async () => {
    const rng = seededRng('aes');
    const key = await importAesGcmKey(subtle, rng(32));
    const [nonce, plaintext, associatedData] = [rng(12), rng(100), rng(20)];
    const ciphertext = await aesGcmSeal({ key, nonce, plaintext, associatedData });
    const sealed = { key, nonce, ciphertext, associatedData };
    expect(ciphertext).toHaveLength(116);
    expect(await aesGcmOpen(sealed)).toEqual(plaintext);
    const changed = ciphertext.slice();
    changed[3] = changed[3]! ^ 1;
    for (const other of [
      { ...sealed, key: await importAesGcmKey(subtle, rng(32)) },
      { ...sealed, nonce: rng(12) },
      { ...sealed, associatedData: rng(20) },
      { ...sealed, ciphertext: changed },
      { ...sealed, ciphertext: new Uint8Array(5) },
    ]) {
      expect(await codeOf(() => aesGcmOpen(other))).toBe('UNDECRYPTABLE');
    }
    expect(await codeOf(() => aesGcmOpen({ ...sealed, nonce: rng(16) }))).toBe('MALFORMED');
    expect(await codeOf(() => importAesGcmKey(subtle, rng(16)))).toBe('MALFORMED');
  });
});
