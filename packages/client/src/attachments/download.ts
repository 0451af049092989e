import { SealError, ciphertextSize, isSealError, type AttachmentId, type Bytes } from '@seal-chat/protocol';
import type { ConversationId } from '@seal-chat/protocol';
import { decryptStream, openStreamKey } from '@seal-chat/crypto/stream';
import { backoffDelay, sleep } from '../api/backoff.ts';
import type { OpenAttachmentOptions, OpenedAttachment } from '../model/attachments.ts';
import type { Deps } from '../context/deps.ts';
import { isHeldOff } from '../store/privacy.ts';
import { ROWS, type FileKeyRow } from '../store/rows.ts';
import type { MessageAttachment } from '../model/attachments.ts';
import { piecesOf, streamOf } from './byte-streams.ts';
import { fileName } from './file-name.ts';
import { requestFile } from './request.ts';
import { webCrypto } from './sources.ts';

/** Attempts in a row that bring nothing before a download is given up. */
const MAX_ATTEMPTS = 8;
/** A connection that has brought nothing for this long is broken, ms. */
const SILENCE_MS = 30_000;

/**
 * Opens a file of a message: what comes out of the stream was verified before. A connection that breaks is taken up
 * where it broke.
 *
 * @throws SealError NOT_FOUND when there is no such file for this device, NOT_ACCEPTED when a stranger sent it, ATTACHMENT_DAMAGED when its key is not the
 *   one committed to, OFFLINE and what the server says
 */
export async function openFile(
  deps: Pick<Deps, 'reader' | 'http' | 'tokens'>,
  conversationId: ConversationId,
  seq: number,
  attachmentId: AttachmentId,
  { signal, onProgress }: OpenAttachmentOptions,
): Promise<OpenedAttachment> {
  const { shown, keys } = await findFile(deps, conversationId, seq, attachmentId);
  const { size, mimeType } = shown;
  const streamKey = await openStreamKey(webCrypto(), keys);
  const stop = new AbortController();
  const ends = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
  const source = ciphertextOf(deps, { attachmentId, size, signal: ends });
  // The first answer says whether there is anything to read at all.
  const first = await source.next();
  let loaded = 0;
  const stream = streamOf(decryptStream(streamKey, { size, source: resumed(first, source) }), {
    onPiece: (length) => onProgress?.((loaded += length)),
    onCancel: (reason) => stop.abort(reason),
  });
  // The sender's word, and about to become a file here.
  return { stream, size, mimeType, name: fileName(shown.name) || shown.kind };
}

async function findFile(
  { reader }: Pick<Deps, 'reader'>,
  conversationId: ConversationId,
  seq: number,
  attachmentId: AttachmentId,
): Promise<{ readonly shown: MessageAttachment; readonly keys: FileKeyRow }> {
  const row = await reader.get(ROWS.message(conversationId, seq));
  const isThis = (one: { readonly attachmentId: AttachmentId }): boolean => one.attachmentId === attachmentId;
  const shown = row?.content.kind === 'post' ? row.content.attachments.find(isThis) : undefined;
  const keys = row?.fileKeys?.find(isThis);
  if (shown === undefined || keys === undefined) throw new SealError('NOT_FOUND', 'attachment: not found');
  const conversation = await reader.get(ROWS.conversation(conversationId));
  if (conversation !== null && isHeldOff(conversation))
    throw new SealError('NOT_ACCEPTED', 'attachment: the other person is a stranger or blocked');
  return { shown, keys };
}

async function* resumed(
  first: IteratorResult<Bytes, void>,
  rest: AsyncGenerator<Bytes, void, undefined>,
): AsyncGenerator<Bytes, void, undefined> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

/** The ciphertext of a file from its beginning, over as many connections as that takes. */
async function* ciphertextOf(
  deps: Pick<Deps, 'http' | 'tokens'>,
  file: { readonly attachmentId: AttachmentId; readonly size: number; readonly signal: AbortSignal },
): AsyncGenerator<Bytes, void, undefined> {
  const { attachmentId, size, signal } = file;
  const total = ciphertextSize(size);
  let at = 0;
  for (let attempt = 0; at < total; attempt++) {
    const silence = watchSilence();
    try {
      const stops = AbortSignal.any([signal, silence.signal]);
      const response = await requestFile(deps, {
        method: 'GET',
        path: attachmentId,
        ...(at > 0 && { headers: { range: `bytes=${at}-` } }),
        signal: stops,
      });
      // Without ranges it begins at the beginning again.
      let skip = response.status === 206 ? 0 : at;
      for await (const piece of piecesOf(response.body as ReadableStream<Bytes>)) {
        silence.heard();
        const news = skip === 0 ? piece : piece.subarray(skip);
        skip = Math.max(0, skip - piece.length);
        if (news.length === 0) continue;
        at += news.length;
        attempt = 0;
        yield news;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (isSealError(error) && !error.isRetryable) throw error;
      if (attempt >= MAX_ATTEMPTS) {
        throw isSealError(error)
          ? error
          : new SealError('OFFLINE', 'attachment: the connection keeps breaking', { cause: error });
      }
    } finally {
      silence.end();
    }
    signal.throwIfAborted();
    if (at >= total) return;
    if (attempt >= MAX_ATTEMPTS)
      throw new SealError('OFFLINE', `attachment: download ended after ${at} of ${total} bytes`);
    await sleep(backoffDelay(attempt), signal);
  }
}

/** Aborts when nothing was heard for a while. */
function watchSilence(): { readonly signal: AbortSignal; heard(): void; end(): void } {
  const abort = new AbortController();
  const arm = () => setTimeout(() => abort.abort(new SealError('OFFLINE', 'attachment: download stalled')), SILENCE_MS);
  let timer = arm();
  return {
    signal: abort.signal,
    heard() {
      clearTimeout(timer);
      timer = arm();
    },
    end: () => clearTimeout(timer),
  };
}
