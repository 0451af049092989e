import {
  ATTACHMENT_LIMITS,
  chunksOf,
  ciphertextSize,
  concatBytes,
  newId,
  type AttachmentId,
  type Bytes,
  asKey,
  type FileKey,
} from '@seal-chat/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect, pieces } from '../../test/byte-pieces.ts';
import { seededRng } from '../../test/rng.ts';
import { codeOf } from '../../test/seal-error.ts';
import { runs } from '../../test/runs.ts';
import { sealChunk } from './chunks.ts';
import { createStreamKey, decryptStream, encryptStream, openStreamKey, sealPart, type StreamKey } from './index.ts';

const { subtle } = globalThis.crypto;
const { chunk: CHUNK, tag: TAG } = ATTACHMENT_LIMITS;
const BLOCK = CHUNK + TAG;
const rng = seededRng('stream');

const newKey = async (): Promise<StreamKey> =>
  (await createStreamKey(subtle, { fileKey: asKey<FileKey>(rng(32)), attachmentId: newId<AttachmentId>(rng(16)) }))
    .streamKey;

/** Bytes that differ from chunk to chunk, made fast. */
function content(size: number): Bytes {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = i ^ (i >>> 8) ^ (i >>> 16);
  return bytes;
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Texts are compared faster than arrays. */
const asText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** What comes out before the error, and its code. */
async function openDamaged(
  key: StreamKey,
  size: number,
  sealed: Bytes,
): Promise<{ readonly opened: string; readonly code: string }> {
  const parts: Bytes[] = [];
  const code = await codeOf(async () => {
    for await (const part of decryptStream(key, { size, source: pieces(sealed, 50_000) })) parts.push(part);
  });
  return { opened: asText(concatBytes(...parts)), code };
}

const damaged = (opened: Bytes) => ({ opened: asText(opened), code: 'ATTACHMENT_DAMAGED' });

describe('STREAM', () => {
  it('opens what it sealed, however both are cut into pieces', async () => {
    const edges = fc.constantFrom(0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 20 * CHUNK + 7);
    const size = fc.oneof(edges, fc.nat(5 * CHUNK));
    const cuts = fc.array(fc.integer({ min: 1, max: 2 * BLOCK }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(size, cuts, cuts, async (length, sealCuts, openCuts) => {
        const key = await newKey();
        const plaintext = content(length);
        const coarse = (lengths: number[]) => [...lengths, 30_000];
        const sealed = await collect(encryptStream(key, pieces(plaintext, ...coarse(sealCuts))));
        expect(sealed).toHaveLength(ciphertextSize(length));
        const source = pieces(sealed, ...coarse(openCuts));
        expect(isSame(await collect(decryptStream(key, { size: length, source })), plaintext)).toBe(true);
      }),
      runs(40),
    );
  });

  it('seals by parts what it seals at once', async () => {
    const key = await newKey();
    const plaintext = content(5 * CHUNK + 3);
    const whole = await collect(encryptStream(key, pieces(plaintext, 99_999)));
    const first = await sealPart(key, { plaintext: plaintext.slice(0, 4 * CHUNK), firstChunk: 0, isEnd: false });
    const second = await sealPart(key, { plaintext: plaintext.slice(4 * CHUNK), firstChunk: 4, isEnd: true });
    expect(isSame(concatBytes(first, second), whole)).toBe(true);
    // A part that does not end the file has whole chunks: another one could not follow.
    await expect(sealPart(key, { plaintext: plaintext.slice(0, 10), firstChunk: 0, isEnd: false })).rejects.toThrow(
      'chunk 0 must not have 10 bytes',
    );
  });

  it('opens any range of chunks', async () => {
    const key = await newKey();
    const plaintext = content(6 * CHUNK + 100);
    const total = chunksOf(plaintext.length);
    const sealed = await collect(encryptStream(key, pieces(plaintext, CHUNK)));
    const range = fc.tuple(fc.nat(total - 1), fc.integer({ min: 1, max: total }));
    await fc.assert(
      fc.asyncProperty(range, async ([firstChunk, length]) => {
        const endChunk = Math.min(total, firstChunk + length);
        const source = pieces(sealed.slice(firstChunk * BLOCK, endChunk * BLOCK), 100_000);
        const opened = await collect(decryptStream(key, { size: plaintext.length, source, firstChunk, endChunk }));
        expect(isSame(opened, plaintext.slice(firstChunk * CHUNK, endChunk * CHUNK))).toBe(true);
      }),
      runs(20),
    );
  });

  it('refuses a file with any one bit changed', async () => {
    const key = await newKey();
    const sealed = await collect(encryptStream(key, pieces(content(40), 40)));
    for (let bit = 0; bit < 8 * sealed.length; bit++) {
      const changed = sealed.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(await openDamaged(key, 40, changed)).toEqual(damaged(new Uint8Array(0)));
    }
  });

  it('refuses a file cut off anywhere', async () => {
    const key = await newKey();
    const small = await collect(encryptStream(key, pieces(content(60), 60)));
    for (let length = 0; length < small.length; length++) {
      expect(await openDamaged(key, 60, small.slice(0, length))).toEqual(damaged(new Uint8Array(0)));
    }
    const plaintext = content(3 * CHUNK);
    const sealed = await collect(encryptStream(key, pieces(plaintext, CHUNK)));
    for (const length of [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK - 1]) {
      const good = Math.max(0, Math.ceil(length / BLOCK) - 1) * CHUNK;
      expect(await openDamaged(key, plaintext.length, sealed.slice(0, length))).toEqual(
        damaged(plaintext.slice(0, good)),
      );
    }
    // Nor is it a shorter file when the sender is said to have claimed so.
    expect((await openDamaged(key, 2 * CHUNK, sealed.slice(0, 2 * BLOCK))).code).toBe('ATTACHMENT_DAMAGED');
  });

  it('passes on nothing of a chunk that was moved, repeated, put in or is of another file', async () => {
    const [key, other] = [await newKey(), await newKey()];
    const plaintext = content(4 * CHUNK + 10);
    const sealed = await collect(encryptStream(key, pieces(plaintext, CHUNK)));
    const foreign = await collect(encryptStream(other, pieces(plaintext, CHUNK)));
    const chunk = (i: number, of = sealed) => of.slice(i * BLOCK, (i + 1) * BLOCK);
    const file = (...chunks: Bytes[]) => openDamaged(key, plaintext.length, concatBytes(...chunks));
    const before = (chunks: number) => damaged(plaintext.slice(0, chunks * CHUNK));
    expect(await file(chunk(0), chunk(2), chunk(1), chunk(3), chunk(4))).toEqual(before(1));
    expect(await file(chunk(0), chunk(1), chunk(1), chunk(3), chunk(4))).toEqual(before(2));
    expect(await file(chunk(0), chunk(1), chunk(2), chunk(4))).toEqual(before(3));
    expect(await file(chunk(0), chunk(1), chunk(2, foreign), chunk(3), chunk(4))).toEqual(before(2));
    expect(await file(sealed, new Uint8Array(1))).toEqual(before(4));
    expect(await file(sealed, chunk(4))).toEqual(before(4));
    expect(await openDamaged(other, plaintext.length, sealed)).toEqual(before(0));
  });

  it('tells the last chunk from a full one in the middle', async () => {
    const key = await newKey();
    const plaintext = content(CHUNK);
    const asLast = await sealChunk(key, { index: 0, isLast: true }, plaintext);
    const end = await sealChunk(key, { index: 1, isLast: true }, plaintext.slice(0, 5));
    expect(await openDamaged(key, CHUNK + 5, concatBytes(asLast, end))).toEqual(damaged(new Uint8Array(0)));
    const asMiddle = await sealChunk(key, { index: 0, isLast: false }, plaintext);
    expect(await openDamaged(key, CHUNK, asMiddle)).toEqual(damaged(new Uint8Array(0)));
  });

  it('knows a file by its id and its key, and the key by its commitment', async () => {
    const file = { fileKey: asKey<FileKey>(rng(32)), attachmentId: newId<AttachmentId>(rng(16)) };
    const { streamKey, commitment } = await createStreamKey(subtle, file);
    const sealed = await collect(encryptStream(streamKey, pieces(content(10), 10)));
    const renamed = await createStreamKey(subtle, { ...file, attachmentId: newId<AttachmentId>(rng(16)) });
    expect(await openDamaged(renamed.streamKey, 10, sealed)).toEqual(damaged(new Uint8Array(0)));
    const opened = await openStreamKey(subtle, { ...file, commitment });
    expect(await collect(decryptStream(opened, { size: 10, source: pieces(sealed, 7) }))).toEqual(content(10));
    for (const wrong of [
      { ...file, fileKey: asKey<FileKey>(rng(32)), commitment },
      { ...file, commitment: rng(32) },
      { ...file, attachmentId: newId<AttachmentId>(rng(16)), commitment },
    ]) {
      expect(await codeOf(() => openStreamKey(subtle, wrong))).toBe('ATTACHMENT_DAMAGED');
    }
    expect(await codeOf(() => createStreamKey(subtle, { ...file, fileKey: asKey(rng(16)) }))).toBe('MALFORMED');
  });

  it('reads no further ahead of a slow reader than a few chunks, and stops the source with it', async () => {
    const key = await newKey();
    let given = 0;
    let isStopped = false;
    async function* endless(): AsyncGenerator<Bytes, void, undefined> {
      try {
        for (;;) {
          given++;
          yield new Uint8Array(CHUNK);
        }
      } finally {
        isStopped = true;
      }
    }
    const stream = encryptStream(key, endless());
    for (let read = 1; read <= 40; read++) {
      await stream.next();
      expect(given - read).toBeLessThan(20);
    }
    await stream.return();
    expect(isStopped).toBe(true);
  });
});
