import { concatBytes, fromHex, utf8, type Bytes } from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import { blurHash } from './blurhash.ts';
import { isMoving, pictureType, withoutMetadata } from './containers.ts';

const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const u32 = (value: number, isLittle = false): Bytes => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, isLittle);
  return bytes;
};

describe('BlurHash', () => {
  const solid = (r: number, g: number, b: number) =>
    Uint8ClampedArray.from({ length: 16 }, (_, i) => [r, g, b, 255][i % 4]!);

  it('the BlurHash of plain colours is what the algorithm defines', () => {
    const size = { width: 2, height: 2 };
    // One cosine: a digit for 1x1, one for no range, and the colour in base 83.
    expect(blurHash(solid(0, 0, 0), size, { across: 1, down: 1 })).toBe('000000');
    expect(blurHash(solid(255, 255, 255), size, { across: 1, down: 1 })).toBe('00TSUA');
    expect(blurHash(solid(255, 0, 0), size, { across: 1, down: 1 })).toBe('00TI:j');
  });

  it('BlurHash refuses pixels of another size', () => {
    expect(() => blurHash(solid(0, 0, 0), { width: 3, height: 2 }, { across: 1, down: 1 })).toThrow('do not fit');
  });
});

describe('containers of pictures', () => {
  const png = (...chunks: readonly [string, Uint8Array][]): Bytes =>
    concatBytes(
      fromHex('89504e470d0a1a0a'),
      ...chunks.map(([name, data]) => concatBytes(u32(data.length), utf8(name), data, new Uint8Array(4))),
    );
  const riff = (...chunks: readonly [string, Uint8Array][]): Bytes => {
    const body = concatBytes(
      utf8('WEBP'),
      ...chunks.map(([name, data]) =>
        concatBytes(utf8(name), u32(data.length, true), data, new Uint8Array(data.length % 2)),
      ),
    );
    return concatBytes(utf8('RIFF'), u32(body.length, true), body);
  };
  const GIF_HEAD = fromHex('47494638396101000100800000000000ffffff');
  const FRAME = fromHex('21f90401050000002c0000000001000100000202440100');
  const LOOP = concatBytes(fromHex('21ff0b'), utf8('NETSCAPE2.0'), fromHex('0301000000'));
  const COMMENT = concatBytes(fromHex('21fe06'), utf8('secret'), fromHex('00'));
  const XMP = concatBytes(fromHex('21ff0b'), utf8('XMP DataXMP'), fromHex('06'), utf8('secret'), fromHex('00'));
  const END = fromHex('3b');

  it('pictures are recognized by their first bytes, not by their names', () => {
    expect(pictureType(fromHex('ffd8ffe000104a4649460001'))).toBe('image/jpeg');
    expect(pictureType(png())).toBe('image/png');
    expect(pictureType(concatBytes(GIF_HEAD, END))).toBe('image/gif');
    expect(pictureType(riff())).toBe('image/webp');
    for (const text of ['<svg xmlns="http://www.w3.org/2000/svg"/>', '<!doctype html>....', 'RIFF....WAVEfmt ', '']) {
      expect(pictureType(utf8(text))).toBeNull();
    }
  });

  it('pictures lose all metadata beyond their frames', () => {
    const data = utf8('secret');
    const gif = concatBytes(GIF_HEAD, LOOP, COMMENT, FRAME, XMP, FRAME, END, utf8('secret'));
    expect(withoutMetadata(gif, 'image/gif')).toEqual(concatBytes(GIF_HEAD, LOOP, FRAME, FRAME, END));
    const apng = png(
      ['IHDR', data.slice(1)],
      ['acTL', u32(2)],
      ['tEXt', data],
      ['eXIf', data],
      ['IDAT', u32(1)],
      ['tIME', data],
      ['IEND', new Uint8Array(0)],
    );
    const clean = png(['IHDR', data.slice(1)], ['acTL', u32(2)], ['IDAT', u32(1)], ['IEND', new Uint8Array(0)]);
    expect(withoutMetadata(concatBytes(apng, data), 'image/png')).toEqual(clean);
    const flags = (value: number) => Uint8Array.of(value, 0, 0, 0, 9, 0, 0, 9, 0, 0);
    const webp = riff(
      ['VP8X', flags(0b0001_1110)],
      ['ANIM', u32(0)],
      ['ANMF', u32(7)],
      ['EXIF', data.slice(1)],
      ['XMP ', data],
    );
    expect(withoutMetadata(webp, 'image/webp')).toEqual(
      riff(['VP8X', flags(0b0001_0010)], ['ANIM', u32(0)], ['ANMF', u32(7)]),
    );
    for (const stripped of [withoutMetadata(gif, 'image/gif'), withoutMetadata(webp, 'image/webp')]) {
      expect(latin(stripped!)).not.toContain('secret');
    }
    expect([isMoving(gif, 'image/gif'), isMoving(apng, 'image/png'), isMoving(webp, 'image/webp')]).toEqual([
      true,
      true,
      true,
    ]);
    expect(isMoving(png(['IHDR', data], ['IDAT', data], ['IEND', data]), 'image/png')).toBe(false);
  });

  it('a picture that is cut off anywhere is rejected quickly', () => {
    const gif = concatBytes(GIF_HEAD, LOOP, COMMENT, FRAME, END);
    for (let length = 0; length < gif.length; length++) {
      expect(withoutMetadata(gif.slice(0, length), 'image/gif')).toBeNull();
    }
    const apng = png(['IHDR', u32(1)], ['acTL', u32(2)], ['IDAT', u32(1)], ['IEND', new Uint8Array(0)]);
    for (let length = 0; length < apng.length; length++) {
      expect(withoutMetadata(apng.slice(0, length), 'image/png')).toBeNull();
    }
    const huge = concatBytes(fromHex('89504e470d0a1a0affffffff'), utf8('IDAT'), new Uint8Array(9));
    expect(withoutMetadata(huge, 'image/png')).toBeNull();
  });
});
