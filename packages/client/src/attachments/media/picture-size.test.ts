import { concatBytes, fromHex, utf8, type Bytes } from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import { isShowable, isThumbnail, pictureSize } from './picture-size.ts';

const number = (width: number, value: number, isLittle = false): Uint8Array => {
  const bytes = Uint8Array.from({ length: width }, (_, i) => Math.floor(value / 2 ** (8 * (width - 1 - i))) % 256);
  return isLittle ? bytes.toReversed() : bytes;
};
const be = (width: number, value: number) => number(width, value);
const le = (width: number, value: number) => number(width, value, true);

type Chunk = readonly [name: string, ...parts: readonly Uint8Array[]];
const chunk = ([name, ...parts]: Chunk): Uint8Array => {
  const data = concatBytes(...parts);
  return concatBytes(utf8(name), le(4, data.length), data, new Uint8Array(data.length % 2));
};
const webp = (...chunks: readonly Chunk[]): Bytes => {
  const body = concatBytes(utf8('WEBP'), ...chunks.map(chunk));
  return concatBytes(utf8('RIFF'), le(4, body.length), body);
};
const vp8l = (width: number, height: number): Chunk => [
  'VP8L',
  fromHex('2f'),
  le(4, (width - 1) | ((height - 1) << 14)),
  new Uint8Array(3),
];
const vp8 = (width: number, height: number): Chunk => [
  'VP8 ',
  fromHex('1000009d012a'),
  le(2, width),
  le(2, height),
  new Uint8Array(4),
];
const vp8x = (width: number, height: number): Chunk => ['VP8X', new Uint8Array(4), le(3, width - 1), le(3, height - 1)];
const anmf = (x: number, width: number, height: number, inner: Chunk): Chunk => [
  'ANMF',
  le(3, x / 2),
  le(3, 0),
  le(3, width - 1),
  le(3, height - 1),
  new Uint8Array(4),
  chunk(inner),
];
const png = (...chunks: readonly Chunk[]): Bytes =>
  concatBytes(
    fromHex('89504e470d0a1a0a'),
    ...chunks.map(([name, ...parts]) => {
      const data = concatBytes(...parts);
      return concatBytes(be(4, data.length), utf8(name), data, new Uint8Array(4));
    }),
  );
const ihdr = (width: number, height: number): Chunk => ['IHDR', be(4, width), be(4, height), fromHex('0802000000')];
const fctl = (width: number, height: number): Chunk => [
  'fcTL',
  be(4, 0),
  be(4, width),
  be(4, height),
  new Uint8Array(14),
];
const IEND: Chunk = ['IEND'];
const gif = (width: number, height: number, frames: readonly (readonly [number, number])[]): Bytes =>
  concatBytes(
    utf8('GIF89a'),
    le(2, width),
    le(2, height),
    fromHex('000000'),
    ...frames.map(([w, h]) =>
      concatBytes(fromHex('2c00000000'), le(2, w), le(2, h), fromHex('0002024401'), fromHex('00')),
    ),
    fromHex('3b'),
  );
const jpeg = (...sizes: readonly (readonly [number, number])[]): Bytes =>
  concatBytes(
    fromHex('ffd8'),
    // A header of an application, in which numbers look like a frame.
    fromHex('ffe0000bffc00008080001000101'.slice(0, 26)),
    ...sizes.map(([w, h]) => concatBytes(fromHex('ffc0000b08'), be(2, h), be(2, w), fromHex('01011100'))),
    fromHex('ffda0008010100003f00'),
    fromHex('ffd9'),
  );

/** Files of a few bytes that unpack to about a gigabyte. */
const BOMBS: readonly (readonly [name: string, bytes: Bytes])[] = [
  ['WebP, lossless', webp(vp8l(16_383, 16_383))],
  ['WebP, lossy', webp(vp8(16_383, 16_383))],
  ['WebP with a canvas', webp(vp8x(16_383, 16_383), vp8l(16_383, 16_383))],
  ['WebP that moves', webp(vp8x(16_383, 16_383), ['ANIM', new Uint8Array(6)], anmf(0, 8, 8, vp8l(8, 8)))],
  ['PNG', png(ihdr(16_383, 16_383), ['IDAT'], IEND)],
  ['PNG of 2^31 pixels', png(ihdr(0x7fff_ffff, 1), ['IDAT'], IEND)],
  ['PNG that moves', png(ihdr(16_383, 16_383), ['acTL', new Uint8Array(8)], ['IDAT'], IEND)],
  ['GIF', gif(65_535, 65_535, [[1, 1]])],
  ['JPEG', jpeg([65_535, 65_535])],
];

/** Files whose parts say different things, or whose container is not whole. */
const LIES: readonly (readonly [name: string, bytes: Bytes])[] = [
  ['WebP: small canvas, large bitstream', webp(vp8x(8, 8), vp8l(16_383, 16_383))],
  ['WebP: small canvas, large lossy bitstream', webp(vp8x(8, 8), vp8(16_383, 16_383))],
  ['WebP: two canvases', webp(vp8x(8, 8), vp8x(16_383, 16_383), vp8l(8, 8))],
  ['WebP: two bitstreams', webp(vp8l(8, 8), vp8l(16_383, 16_383))],
  ['WebP: a frame beyond the canvas', webp(vp8x(8, 8), anmf(0, 16_383, 16_383, vp8l(16_383, 16_383)))],
  ['WebP: a frame that lies beside the canvas', webp(vp8x(8, 8), anmf(8, 8, 8, vp8l(8, 8)))],
  ['WebP: a frame larger inside than outside', webp(vp8x(8, 8), anmf(0, 8, 8, vp8l(16_383, 16_383)))],
  ['WebP: cut off', webp(vp8l(8, 8)).subarray(0, 24)],
  ['WebP: more behind its end', concatBytes(webp(vp8l(8, 8)), chunk(vp8l(16_383, 16_383)))],
  ['WebP: no picture', webp(['EXIF', new Uint8Array(8)])],
  ['PNG: two headers', png(ihdr(8, 8), ihdr(16_383, 16_383), ['IDAT'], IEND)],
  ['PNG: the header is not first', png(['IDAT'], ihdr(8, 8), IEND)],
  [
    'PNG: a frame beyond the picture',
    png(ihdr(8, 8), ['acTL', new Uint8Array(8)], fctl(16_383, 16_383), ['IDAT'], IEND),
  ],
  ['PNG: no end', png(ihdr(8, 8), ['IDAT'])],
  ['GIF: a frame beyond the screen', gif(8, 8, [[65_535, 65_535]])],
  [
    'GIF: a second frame beyond the screen',
    gif(8, 8, [
      [8, 8],
      [65_535, 8],
    ]),
  ],
  ['GIF: nothing in it', gif(8, 8, [])],
  ['JPEG: two frames', jpeg([8, 8], [65_535, 65_535])],
  ['JPEG: none', jpeg()],
  ['JPEG: a height that comes later', jpeg([8, 0])],
  ['AVIF', concatBytes(be(4, 28), utf8('ftypavif'), new Uint8Array(16))],
];

describe('the size of a picture is known before it is unpacked', () => {
  it('28 bytes that unpack to a gigabyte are neither a thumbnail nor shown', () => {
    expect(BOMBS[0]![1]).toHaveLength(28);
    for (const [name, bytes] of BOMBS) {
      const size = pictureSize(bytes);
      expect(size, name).not.toBeNull();
      expect(isThumbnail(size!) || isShowable(size!), name).toBe(false);
    }
  });

  it('a picture whose parts disagree has no size', () => {
    for (const [name, bytes] of LIES) expect(pictureSize(bytes), name).toBeNull();
  });

  it('pictures as cameras and canvases make them have theirs', () => {
    const still = { width: 400, height: 300, isMoving: false };
    const moving = { width: 400, height: 300, isMoving: true };
    const anim: Chunk = ['ANIM', new Uint8Array(6)];
    expect(pictureSize(webp(vp8l(400, 300)))).toEqual({ type: 'image/webp', ...still });
    expect(pictureSize(webp(vp8(400, 300)))).toEqual({ type: 'image/webp', ...still });
    expect(pictureSize(webp(vp8x(400, 300), ['ICCP', new Uint8Array(3)], vp8(400, 300)))).toMatchObject(still);
    const frames = webp(vp8x(400, 300), anim, anmf(0, 400, 300, vp8(400, 300)), anmf(2, 8, 8, vp8l(8, 8)));
    expect(pictureSize(frames)).toMatchObject(moving);
    expect(pictureSize(png(ihdr(400, 300), ['IDAT'], IEND))).toEqual({ type: 'image/png', ...still });
    const apng = png(ihdr(400, 300), ['acTL', new Uint8Array(8)], fctl(400, 300), ['IDAT'], IEND);
    expect(pictureSize(apng)).toMatchObject(moving);
    expect(pictureSize(gif(400, 300, [[400, 300]]))).toEqual({ type: 'image/gif', ...still });
    expect(
      pictureSize(
        gif(400, 300, [
          [400, 300],
          [8, 8],
        ]),
      ),
    ).toMatchObject(moving);
    expect(pictureSize(jpeg([400, 300]))).toEqual({ type: 'image/jpeg', ...still });
  });

  it('a thumbnail is small and still, a picture has at most 50 megapixels', () => {
    const of = (width: number, height: number, isMoving = false) =>
      ({ type: 'image/webp', width, height, isMoving }) as const;
    expect([isThumbnail(of(512, 512)), isThumbnail(of(513, 1)), isThumbnail(of(8, 8, true))]).toEqual([
      true,
      false,
      false,
    ]);
    expect([isShowable(of(8_000, 6_250)), isShowable(of(8_001, 6_250)), isShowable(of(16_385, 1))]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
