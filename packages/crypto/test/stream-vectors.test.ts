import { readFileSync } from 'node:fs';
import { ciphertextSize, fromHex, toHex, type AttachmentId, asKey, type FileKey } from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../src/kdf.ts';
import { createStreamKey, decryptStream, encryptStream, openStreamKey } from '../src/stream/index.ts';
import { collect, pieces } from './byte-pieces.ts';
import { runPython } from './python.ts';

interface FileVector {
  readonly attachmentId: AttachmentId;
  readonly fileKey: string;
  readonly size: number;
  readonly noncePrefix: string;
  readonly commitment: string;
  readonly ciphertextSize: number;
  readonly ciphertextSha256: string;
  readonly ciphertextEnd: string;
}

const text = readFileSync(new URL('../vectors/stream.vectors.json', import.meta.url), 'utf8');
const { files } = JSON.parse(text) as { files: readonly FileVector[] };
const { subtle } = globalThis.crypto;

describe('the Python implementation', () => {
  it('still makes the same vectors', () => {
    expect(runPython('stream_vectors.py') === text).toBe(true);
  });

  it.each(files)('agrees on a file of $size bytes', async (vector) => {
    const file = { fileKey: asKey<FileKey>(fromHex(vector.fileKey)), attachmentId: vector.attachmentId };
    const { streamKey, commitment } = await createStreamKey(subtle, file);
    expect(toHex(streamKey.noncePrefix)).toBe(vector.noncePrefix);
    expect(toHex(commitment)).toBe(vector.commitment);
    const plaintext = Uint8Array.from({ length: vector.size }, (_, i) => 7 * i + Math.floor(i / 256));
    const sealed = await collect(encryptStream(streamKey, pieces(plaintext, 1000)));
    expect({
      ciphertextSize: ciphertextSize(vector.size),
      ciphertextSha256: toHex(sha256(sealed)),
      ciphertextEnd: toHex(sealed.slice(-48)),
    }).toEqual({
      ciphertextSize: vector.ciphertextSize,
      ciphertextSha256: vector.ciphertextSha256,
      ciphertextEnd: vector.ciphertextEnd,
    });
    const opened = await openStreamKey(subtle, { ...file, commitment: fromHex(vector.commitment) });
    const source = pieces(sealed, 70_000);
    const again = await collect(decryptStream(opened, { size: vector.size, source }));
    expect(Buffer.compare(again, plaintext)).toBe(0);
  });
});
