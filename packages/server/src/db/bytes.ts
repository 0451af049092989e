/** base64url text of `bytes`: what leaves the process. Node's own encoder, which is native. */
export function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}
