import { ByteReader, ByteWriter, isSealError } from '@seal-chat/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../../test/runs.ts';
import { codeOf } from '../../test/seal-error.ts';
import { decodeContent, decodePrivateMessage, encodeContent, encodePrivateMessage } from './private-framing.ts';
import { readVector } from './vectors.ts';
import { writeVector } from './write-vector.ts';

const some = fc.uint8Array({ maxLength: 80 }).map((bytes) => Uint8Array.from(bytes));

it('what is decoded as a message has one encoding, whatever the bytes', () => {
  const GROUP = [3, 1, 2, 3];
  const EPOCH = [0, 0, 0, 0, 0, 0, 0, 9];
  const good = encodePrivateMessage({
    contentAad: Uint8Array.of(...GROUP, ...EPOCH, 1, 2, 7, 7),
    encryptedSenderData: new Uint8Array(28),
    ciphertext: new Uint8Array(130),
  });
  const maxBytes = 2 * good.length;
  expect(decodePrivateMessage(good, maxBytes)).toMatchObject({ epoch: 9n, ciphertext: new Uint8Array(130) });
  const change = fc.tuple(fc.nat(good.length), fc.uint8Array({ maxLength: 4 }), fc.nat(4));
  fc.assert(
    fc.property(change, ([at, put, cut]) => {
      const bytes = Uint8Array.from([...good.slice(0, at), ...put, ...good.slice(at + cut)]);
      try {
        expect(encodePrivateMessage(decodePrivateMessage(bytes, maxBytes))).toEqual(bytes);
      } catch (error) {
        if (!isSealError(error, 'MALFORMED')) throw error;
      }
    }),
    runs(2_000),
  );
});

it.each([0, 63, 64, 16_383, 16_384])(
  'a vector of %i bytes is read again, and with a longer length it is not',
  async (length) => {
    const out = new ByteWriter();
    writeVector(out, new Uint8Array(length));
    const bytes = out.finish();
    expect(readVector(new ByteReader(bytes))).toHaveLength(length);
    const longer = [
      Uint8Array.of(0x40 | (length >> 8), length & 0xff),
      Uint8Array.of(0x80, 0, length >> 8, length & 0xff),
      Uint8Array.of(0xc0, 0, 0, 0, 0, 0, length >> 8, length & 0xff),
    ].filter((header) => header.length > bytes.length - length);
    for (const header of longer) {
      const input = Uint8Array.from([...header, ...new Uint8Array(length)]);
      expect(await codeOf(async () => readVector(new ByteReader(input))), String(header)).toBe('MALFORMED');
    }
  },
);

it('padding of zeros is passed over, and nothing else can be behind what is signed', () => {
  fc.assert(
    fc.property(some, some, some, (data, signature, padding) => {
      const bytes = Uint8Array.from([...encodeContent(data, signature), ...padding]);
      const decode = () => decodeContent(bytes);
      if (padding.some((byte) => byte !== 0)) expect(decode).toThrow('padding');
      else expect(decode()).toEqual({ applicationData: data, signature });
    }),
  );
});
