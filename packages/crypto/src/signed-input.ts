import { concatBytes, encode, text, type Bytes, type Codec } from '@seal-chat/protocol';

const label64 = text(64);

/**
 * Makes the bytes a signature covers: the label after its 4-byte length, then the fields in their one encoding. The
 * length keeps any label from being the beginning of another one's message.
 */
export function signedInput<T>(label: string, fields: Codec<T>): (value: T) => Bytes {
  const prefix = encode(label64, label);
  return (value) => concatBytes(prefix, encode(fields, value));
}
