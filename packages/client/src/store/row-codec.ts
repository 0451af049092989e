import { concatBytes, fromUtf8, utf8, type Bytes } from '@seal-chat/protocol';

/** How a byte array is named in the JSON: where it begins in what follows, and its length. */
interface BytesAt {
  readonly $bytes: readonly [start: number, length: number];
}

/** The bytes of a row: length of the JSON (4 bytes, big-endian), the JSON, all byte arrays one after the other. */
export function encodeRow(value: object | number): Bytes {
  const parts: Uint8Array[] = [];
  let length = 0;
  const json = JSON.stringify(value, (_name, item: unknown) => {
    if (!(item instanceof Uint8Array)) return item;
    parts.push(item);
    length += item.length;
    return { $bytes: [length - item.length, item.length] } satisfies BytesAt;
  });
  const text = utf8(json);
  const prefix = new Uint8Array(4);
  new DataView(prefix.buffer).setUint32(0, text.length);
  return concatBytes(prefix, text, ...parts);
}

/** The value of `encodeRow`'s bytes. Rows are authenticated or the device's own: their shape is not checked again. */
export function decodeRow<T>(row: Bytes): T {
  const textEnd = 4 + new DataView(row.buffer, row.byteOffset).getUint32(0);
  return JSON.parse(fromUtf8(row.subarray(4, textEnd)), (_name, item: unknown) => {
    if (!isBytesAt(item)) return item;
    const [start, length] = item.$bytes;
    return row.slice(textEnd + start, textEnd + start + length);
  }) as T;
}

function isBytesAt(item: unknown): item is BytesAt {
  return typeof item === 'object' && item !== null && '$bytes' in item;
}
