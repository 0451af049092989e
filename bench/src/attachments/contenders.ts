import { webcrypto } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import { bufferedRng } from '@seal-chat/crypto';
import { createStreamKey, decryptStream, encryptStream, openStreamKey } from '@seal-chat/crypto/stream';
import { asKey, newId, type AttachmentId, type Bytes, type FileKey } from '@seal-chat/protocol';
import { installedVersion } from '../crypto/version.ts';

/** A way to seal a file piece by piece; each piece of the result is taken and dropped, as a network would. */
export interface Contender {
  readonly name: string;
  readonly version: string;
  /** @returns what `open` needs */
  seal(source: AsyncIterable<Bytes>, take: (piece: Bytes) => void): Promise<void>;
  open(source: AsyncIterable<Bytes>, take: (piece: Bytes) => void): Promise<void>;
}

const CHUNK = 65_536;
const { subtle } = webcrypto;

/** Seal's files. `size` is what the sender of a file says of it. */
export async function createSeal(size: number): Promise<Contender> {
  const rng = bufferedRng((bytes) => void webcrypto.getRandomValues(bytes));
  const file = { fileKey: asKey<FileKey>(rng(32)), attachmentId: newId<AttachmentId>(rng(16)) };
  const { streamKey, commitment } = await createStreamKey(subtle, file);
  return {
    name: 'Seal',
    version: installedVersion('../../packages/crypto'),
    async seal(source, take) {
      for await (const piece of encryptStream(streamKey, source)) take(piece);
    },
    async open(source, take) {
      const opened = await openStreamKey(subtle, { ...file, commitment });
      for await (const piece of decryptStream(opened, { size, source })) take(piece);
    },
  };
}

/** Seals a file and opens it again as it comes, on the way from `source` to `take`. */
export async function sealAndOpen(size: number, source: AsyncIterable<Bytes>, take: () => void): Promise<void> {
  const rng = bufferedRng((bytes) => void webcrypto.getRandomValues(bytes));
  const file = { fileKey: asKey<FileKey>(rng(32)), attachmentId: newId<AttachmentId>(rng(16)) };
  const { streamKey } = await createStreamKey(subtle, file);
  const opened = decryptStream(streamKey, { size, source: encryptStream(streamKey, source) });
  for await (const _piece of opened) take();
}

/** The limit, not a construction: WebCrypto's AES-256-GCM over each piece as it comes, one call after the other. */
export async function createBare(): Promise<Contender> {
  const key = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const iv = new Uint8Array(12);
  return {
    name: 'bare WebCrypto',
    version: process.version,
    async seal(source, take) {
      for await (const piece of source) take(new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv }, key, piece)));
    },
    async open(source, take) {
      for await (const piece of source) take(new Uint8Array(await subtle.decrypt({ name: 'AES-GCM', iv }, key, piece)));
    },
  };
}

/** libsodium's secretstream, XChaCha20-Poly1305 in WebAssembly, in chunks of the same size as Seal's. */
export async function createLibsodium(): Promise<Contender> {
  await sodium.ready;
  const key = sodium.crypto_secretstream_xchacha20poly1305_keygen();
  let header = new Uint8Array(0);
  return {
    name: 'libsodium',
    version: installedVersion('libsodium-wrappers'),
    async seal(source, take) {
      const stream = sodium.crypto_secretstream_xchacha20poly1305_init_push(key);
      header = new Uint8Array(stream.header);
      for await (const piece of source) {
        for (let at = 0; at < piece.length; at += CHUNK) {
          const chunk = piece.subarray(at, at + CHUNK);
          take(new Uint8Array(sodium.crypto_secretstream_xchacha20poly1305_push(stream.state, chunk, null, 0)));
        }
      }
    },
    async open(source, take) {
      const state = sodium.crypto_secretstream_xchacha20poly1305_init_pull(header, key);
      for await (const piece of source) {
        const opened = sodium.crypto_secretstream_xchacha20poly1305_pull(state, piece, null);
        if (opened === false) throw new Error('libsodium: did not open');
        take(new Uint8Array(opened.message));
      }
    },
  };
}
