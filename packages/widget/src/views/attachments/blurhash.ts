const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~';
/** More than the format knows is damage. */
const MOST_LENGTH = 6 + 2 * 9 * 9;

/**
 * The picture that a BlurHash text stands for (https://github.com/woltapp/blurhash, Algorithm.md), `width` x `height`
 * pixels; null for anything that is none.
 */
export function decodeBlurHash(bytes: Uint8Array, width: number, height: number): ImageData | null {
  const digits = Array.from(bytes.subarray(0, MOST_LENGTH + 1), (byte) => DIGITS.indexOf(String.fromCharCode(byte)));
  if (digits.length < 6 || digits.includes(-1)) return null;
  const value = (from: number, to: number): number =>
    digits.slice(from, to).reduce((sum, digit) => sum * 83 + digit, 0);
  const columns = (digits[0]! % 9) + 1;
  const rows = Math.floor(digits[0]! / 9) + 1;
  if (digits.length !== 4 + 2 * columns * rows) return null;

  const most = (digits[1]! + 1) / 166;
  const colours = Array.from({ length: columns * rows }, (_, i) =>
    i === 0 ? flat(value(2, 6)) : wave(value(4 + 2 * i, 6 + 2 * i), most),
  );
  const image = new ImageData(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let j = 0; j < rows; j++)
          for (let i = 0; i < columns; i++)
            sum +=
              colours[j * columns + i]![channel]! *
              Math.cos((Math.PI * x * i) / width) *
              Math.cos((Math.PI * y * j) / height);
        image.data[at + channel] = toScreen(sum);
      }
      image.data[at + 3] = 255;
    }
  return image;
}

function flat(value: number): readonly number[] {
  return [value >> 16, (value >> 8) & 255, value & 255].map(toLinear);
}

function wave(value: number, most: number): readonly number[] {
  return [Math.floor(value / 361), Math.floor(value / 19) % 19, value % 19].map((digit) => {
    const signed = (digit - 9) / 9;
    return Math.sign(signed) * signed * signed * most;
  });
}

function toLinear(value: number): number {
  const part = value / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function toScreen(value: number): number {
  const part = Math.max(0, Math.min(1, value));
  return Math.round(255 * (part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055));
}
