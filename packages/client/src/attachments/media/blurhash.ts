/**
 * BlurHash (https://github.com/woltapp/blurhash/blob/master/Algorithm.md): a picture as a few cosines, in some thirty
 * characters, to show before the picture is there.
 */

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~';

function base83(value: number, length: number): string {
  let text = '';
  for (let i = 1; i <= length; i++) text += DIGITS[Math.floor(value / 83 ** (length - i)) % 83];
  return text;
}

function toLinear(value: number): number {
  const v = value / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

function toSrgb(value: number): number {
  const v = Math.max(0, Math.min(1, value));
  return Math.trunc((v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055) * 255 + 0.5);
}

type Factor = readonly [red: number, green: number, blue: number];

/**
 * @param pixels RGBA, row by row; a small picture says as much as a large one
 * @param across cosines in each direction, 1 to 9
 */
export function blurHash(
  pixels: Uint8ClampedArray,
  size: { readonly width: number; readonly height: number },
  { across, down }: { readonly across: number; readonly down: number },
): string {
  const { width, height } = size;
  const factors: Factor[] = [];
  for (let y = 0; y < down; y++) for (let x = 0; x < across; x++) factors.push(factorOf(pixels, size, x, y));
  const [dc, ...ac] = factors as [Factor, ...Factor[]];
  if (width * height * 4 !== pixels.length) throw new RangeError('blurhash: pixels do not fit the size');

  const largest = Math.max(0, ...ac.flat().map(Math.abs));
  const quantised = ac.length === 0 ? 0 : Math.max(0, Math.min(82, Math.floor(largest * 166 - 0.5)));
  const range = ac.length === 0 ? 1 : (quantised + 1) / 166;
  const level = (value: number): number => {
    const share = value / range;
    return Math.max(0, Math.min(18, Math.floor(Math.sign(share) * Math.sqrt(Math.abs(share)) * 9 + 9.5)));
  };
  return [
    base83(across - 1 + (down - 1) * 9, 1),
    base83(quantised, 1),
    base83((toSrgb(dc[0]) << 16) + (toSrgb(dc[1]) << 8) + toSrgb(dc[2]), 4),
    ...ac.map(([r, g, b]) => base83(level(r) * 19 * 19 + level(g) * 19 + level(b), 2)),
  ].join('');
}

function factorOf(
  pixels: Uint8ClampedArray,
  { width, height }: { readonly width: number; readonly height: number },
  x: number,
  y: number,
): Factor {
  const sum: [number, number, number] = [0, 0, 0];
  for (let row = 0; row < height; row++) {
    const vertical = Math.cos((Math.PI * y * row) / height);
    for (let column = 0; column < width; column++) {
      const basis = vertical * Math.cos((Math.PI * x * column) / width);
      const at = 4 * (row * width + column);
      for (let c = 0; c < 3; c++) sum[c]! += basis * toLinear(pixels[at + c]!);
    }
  }
  const scale = (x === 0 && y === 0 ? 1 : 2) / (width * height);
  return [sum[0] * scale, sum[1] * scale, sum[2] * scale];
}
