import type { Bytes } from '@seal-chat/protocol';

/** base64url text of `bytes`: what leaves the process. Node's own encoder, which is native. */
export function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}

/** The same bytes as the plain array that codecs and WebCrypto take. */
export function bytesOf(buffer: Uint8Array): Bytes {
  return Uint8Array.from(buffer);
}
