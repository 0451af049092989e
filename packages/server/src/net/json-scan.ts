const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Deeper than any input of a procedure. */
const MAX_DEPTH = 32;
/** Values of lists and objects: more than a batch of the largest inputs has. */
const MAX_VALUES = 50_000;
/** What is shorter costs nothing worth looking for, bytes. */
const SMALL = 4_096;

/**
 * Tells whether JSON may be parsed: `JSON.parse` of 2 MiB of brackets takes a hundred times as long as of text. It looks
 * at brackets, commas and quotes alone, and stops at the first that is too much; whether it is JSON is not asked.
 */
export function isPlainJson(bytes: Buffer): boolean {
  if (bytes.length <= SMALL) return true;
  let depth = 0;
  let values = 0;
  for (let i = 0; i < bytes.length; i++) {
    switch (bytes[i]!) {
      case QUOTE:
        i = endOfText(bytes, i + 1);
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        if (++depth > MAX_DEPTH) return false;
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        depth--;
        break;
      case COMMA:
        if (++values > MAX_VALUES) return false;
        break;
      default:
    }
  }
  return true;
}

/** Index of the quote that ends the text from `from` on. */
function endOfText(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(QUOTE, from); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) {
    let backslashes = 0;
    while (at - 1 - backslashes >= from && bytes[at - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return bytes.length;
}
