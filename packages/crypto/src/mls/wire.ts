import { SealError, constantTimeEqual, type Bytes } from '@seal-chat/protocol';
import type { Decoder } from 'ts-mls/codec/tlsDecoder.js';
import { decodeMlsMessage, encodeMlsMessage, type MLSMessage, type MlsMessageContent } from 'ts-mls/message.js';
import { guardedSync } from './failures.ts';

/** MLSMessage (RFC 9420 §6): the one form in which anything of MLS leaves or enters the engine. */

type Wireformat = MlsMessageContent['wireformat'];
type Message<W extends Wireformat> = Extract<MlsMessageContent, { wireformat: W }>;

export function toWire(content: MlsMessageContent): Bytes {
  const message: MLSMessage = { version: 'mls10', ...content };
  return encodeMlsMessage(message) as Bytes;
}

/**
 * Decodes a copy of `bytes`, so that nothing the library keeps or wipes is the caller's.
 * @param maxBytes the cap, checked before anything else
 * @throws SealError TOO_LARGE, MALFORMED
 */
export function fromWire<W extends Wireformat>(bytes: Uint8Array, wireformat: W, maxBytes: number): Message<W> {
  if (bytes.length > maxBytes) throw new SealError('TOO_LARGE', `mls: ${bytes.length} bytes`, { maxBytes });
  const message = decodeAll(decodeMlsMessage, Uint8Array.from(bytes));
  if (message.wireformat !== wireformat)
    throw new SealError('MALFORMED', `mls: expected ${wireformat}, got ${message.wireformat}`);
  // The library takes several encodings for one value, and signatures are over its own.
  if (!constantTimeEqual(encodeMlsMessage(message), bytes))
    throw new SealError('MALFORMED', 'mls: the bytes are not the one encoding of what they say');
  return message as MLSMessage & Message<W>;
}

/** Decodes the value that all of `bytes` encode. @throws SealError MALFORMED */
export function decodeAll<T>(decoder: Decoder<T>, bytes: Uint8Array): T {
  const result = guardedSync('MALFORMED', () => decoder(bytes, 0));
  if (result === undefined || result[1] !== bytes.length)
    throw new SealError('MALFORMED', 'mls: the bytes cannot be decoded');
  return result[0];
}
