import { SealError, type Bytes } from '@seal-chat/protocol';
import {
  BytesClass,
  copyOf,
  fillBytes,
  floatBytes,
  floatOf,
  isArray,
  keysOf,
  partOf,
  setBytes,
  textBytes,
  textOf,
  viewOf,
} from './built-ins.ts';

/**
 * How rows are written: 4 bytes with the length of the first part (big-endian), the first part, and the UTF-8 of all texts
 * one after the other. The first part holds the value: each begins with its kind; integers and lengths are base 128, the
 * lowest 7 bits first; a text is its length in UTF-16 units; an object is a count, then names and values. Properties
 * that are undefined are left out, as JSON does it.
 */
const KIND = { null: 0, false: 1, true: 2, integer: 3, float: 4, text: 5, bytes: 6, array: 7, object: 8 } as const;

/** Grows, and is used again for the next row. Rows hold secrets: what was used is overwritten each time. */
let buffer: Bytes = new BytesClass(4096);
let length = 0;
let text = '';

/** The bytes of a row. @throws TypeError when it holds something that rows do not hold, such as a function or a Map */
export function encodeRow(value: unknown): Bytes {
  length = 4;
  text = '';
  try {
    write(value);
    const first = length - 4;
    for (let i = 0, rest = first; i < 4; i++, rest = (rest - (rest % 256)) / 256) buffer[3 - i] = rest % 256;
    const texts = textBytes(text);
    const row = new BytesClass(length + texts.length);
    setBytes(row, viewOf(buffer, 0, length), 0);
    setBytes(row, texts, length);
    return row;
  } finally {
    fillBytes(buffer, 0, 0, length);
    text = '';
  }
}

function reserve(count: number): number {
  const start = length;
  length += count;
  if (length > buffer.length) {
    const grown = new BytesClass(2 * length);
    setBytes(grown, viewOf(buffer, 0, start), 0);
    fillBytes(buffer, 0, 0, start);
    buffer = grown;
  }
  return start;
}

function writeInteger(value: number): void {
  let rest = value;
  for (; rest >= 128; rest = (rest - (rest % 128)) / 128) writeByte((rest % 128) + 128);
  writeByte(rest);
}

function writeByte(value: number): void {
  // Reserved first: it may replace the buffer.
  const at = reserve(1);
  buffer[at] = value;
}

function writeText(value: string): void {
  writeInteger(value.length);
  text += value;
}

function write(value: unknown): void {
  const at = reserve(1);
  switch (typeof value) {
    case 'undefined':
      buffer[at] = KIND.null;
      return;
    case 'boolean':
      buffer[at] = value ? KIND.true : KIND.false;
      return;
    case 'number':
      // Not minus zero, whose sign would be lost.
      if (1 / value > 0 && value <= 2 ** 53 && value % 1 === 0) {
        buffer[at] = KIND.integer;
        return writeInteger(value);
      }
      buffer[at] = KIND.float;
      // Reserved first: it may replace the buffer.
      return writeBytes(floatBytes(value));
    case 'string':
      buffer[at] = KIND.text;
      return writeText(value);
    case 'object':
      return writeObject(value, at);
    default:
      throw new TypeError(`row: a ${typeof value} cannot be stored`);
  }
}

function writeBytes(value: Uint8Array): void {
  const at = reserve(value.length);
  setBytes(buffer, value, at);
}

function writeObject(value: object | null, at: number): void {
  if (value === null) {
    buffer[at] = KIND.null;
  } else if (value instanceof BytesClass) {
    buffer[at] = KIND.bytes;
    writeInteger(value.length);
    writeBytes(value);
  } else if (isArray(value)) {
    buffer[at] = KIND.array;
    writeInteger(value.length);
    for (let i = 0; i < value.length; i++) write(value[i]);
  } else if (value instanceof Map || value instanceof Set) {
    throw new TypeError('row: a Map or Set');
  } else {
    buffer[at] = KIND.object;
    writeProperties(value as Readonly<Record<string, unknown>>);
  }
}

function writeProperties(value: Readonly<Record<string, unknown>>): void {
  const names = keysOf(value);
  let count = 0;
  for (let i = 0; i < names.length; i++) if (value[names[i]!] !== undefined) count++;
  writeInteger(count);
  for (let i = 0; i < names.length; i++) {
    const property = value[names[i]!];
    if (property === undefined) continue;
    writeText(names[i]!);
    write(property);
  }
}

/** Where reading has got to: decoding is synchronous. */
let row: Bytes = buffer;
let position = 0;
let texts = '';
let textPosition = 0;

/**
 * The value of `encodeRow`'s bytes. Rows are authenticated or the device's own: their shape is not checked again.
 *
 * @throws SealError STORAGE_FAILED when they are not bytes of a row
 */
export function decodeRow<T>(bytes: Bytes): T {
  row = bytes;
  const end = 4 + ((bytes[0]! * 256 + bytes[1]!) * 256 + bytes[2]!) * 256 + bytes[3]!;
  position = 4;
  texts = textOf(viewOf(bytes, end, bytes.length));
  textPosition = 0;
  const value = read();
  if (position !== end || textPosition !== texts.length) throw damaged();
  return value as T;
}

function damaged(): SealError {
  return new SealError('STORAGE_FAILED', 'store: a row is damaged');
}

function readInteger(): number {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = row[position++];
    if (byte === undefined) throw damaged();
    value += (byte % 128) * factor;
    if (byte < 128) return value;
  }
}

function readText(): string {
  const start = textPosition;
  textPosition += readInteger();
  return partOf(texts, start, textPosition);
}

function readBytes(count: number): Bytes {
  const start = position;
  position += count;
  if (position > row.length) throw damaged();
  return copyOf(row, start, position);
}

function read(): unknown {
  switch (row[position++]) {
    case KIND.null:
      return null;
    case KIND.false:
      return false;
    case KIND.true:
      return true;
    case KIND.integer:
      return readInteger();
    case KIND.float:
      return floatOf(readBytes(8));
    case KIND.text:
      return readText();
    case KIND.bytes:
      return readBytes(readInteger());
    case KIND.array:
      return readArray();
    case KIND.object:
      return readObject();
    default:
      throw damaged();
  }
}

function readArray(): unknown[] {
  const count = readInteger();
  if (count > row.length) throw damaged();
  const items: unknown[] = [];
  for (let i = 0; i < count; i++) items[i] = read();
  return items;
}

function readObject(): Record<string, unknown> {
  const count = readInteger();
  const value: Record<string, unknown> = {};
  for (let i = 0; i < count; i++) {
    const name = readText();
    value[name] = read();
  }
  return value;
}
