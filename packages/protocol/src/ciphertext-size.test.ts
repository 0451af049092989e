import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunksOf, ciphertextSize, plaintextSize } from './ciphertext-size.ts';

test('sizes of files and their ciphertext', () => {
  const known: [number, number, number][] = [
    [0, 1, 16],
    [1, 1, 17],
    [65_536, 1, 65_552],
    [65_537, 2, 65_569],
    [131_072, 2, 131_104],
  ];
  for (const [size, chunks, sealed] of known) {
    expect([chunksOf(size), ciphertextSize(size), plaintextSize(sealed)]).toEqual([chunks, sealed, size]);
  }
  // No file: not even a tag, or a last chunk with nothing in it.
  for (const sealed of [0, 15, 65_553, 65_568]) expect(plaintextSize(sealed)).toBeNull();
  fc.assert(
    fc.property(fc.nat(2 ** 40), (size) => {
      expect(plaintextSize(ciphertextSize(size))).toBe(size);
      const back = plaintextSize(size);
      if (back !== null) expect(ciphertextSize(back)).toBe(size);
    }),
  );
});
