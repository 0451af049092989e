import {
  SealError,
  type AttachmentId,
  type Conversation,
  type MessageAttachment,
  type OpenedAttachment,
  type PendingAttachment,
} from '@seal-chat/client';
import { writable, type Writable } from './writable.ts';

/** What a story with files starts with. */
export interface AttachmentSeed {
  /** Content of files that can be opened, made when it is asked for. Others fail as if the connection was gone. */
  readonly files?: Readonly<Record<string, () => Promise<Blob>>>;
  /** Attached and not sent yet. */
  readonly pending?: readonly MessageAttachment[];
  /** Bytes a file may have. */
  readonly limit?: number;
}

const LIMIT = 25 * 1_048_576;

type Verbs = Pick<Conversation, 'attach' | 'attachments' | 'openAttachment'>;

/** The part of a conversation that is about files. Uploads stand still until they are resumed; then they are done. */
export function fakeAttachmentVerbs(
  seed: AttachmentSeed,
): Verbs & { readonly take: (ids: readonly AttachmentId[]) => readonly MessageAttachment[] } {
  const pending = writable<readonly PendingAttachment[]>([]);
  const own = new Map<AttachmentId, Blob>();

  function add(attachment: MessageAttachment): PendingAttachment {
    const current = writable(attachment);
    const set = (state: 'uploading' | 'paused' | 'done'): void => setUpload(current, state);
    const one: PendingAttachment = {
      attachmentId: attachment.attachmentId,
      attachment: current,
      pause: () => set('paused'),
      resume: () => set('done'),
      cancel: () => pending.set(pending.get().filter((other) => other !== one)),
    };
    pending.set([...pending.get(), one]);
    return one;
  }

  for (const attachment of seed.pending ?? []) add(attachment);

  return {
    attachments: pending,
    async attach(file, { kind, durationMs, waveform } = {}) {
      const maxBytes = seed.limit ?? LIMIT;
      if (file.size > maxBytes) throw new SealError('TOO_LARGE', undefined, { maxBytes });
      const attachmentId = crypto.randomUUID() as AttachmentId;
      own.set(attachmentId, file);
      const group = file.type.split('/')[0];
      return add({
        attachmentId,
        kind: kind ?? (group === 'image' || group === 'video' || group === 'audio' ? group : 'file'),
        size: file.size,
        name: file.name ?? '',
        mimeType: file.type,
        width: null,
        height: null,
        durationMs: durationMs ?? null,
        preview: waveform === undefined ? null : new Uint8Array(waveform),
        thumbnail: null,
        upload: { loaded: file.size, total: file.size, state: 'done' },
      });
    },
    async openAttachment(_seq, attachmentId, { onProgress } = {}): Promise<OpenedAttachment> {
      const blob = own.get(attachmentId) ?? (await seed.files?.[attachmentId]?.());
      if (blob === undefined) throw new SealError('OFFLINE');
      onProgress?.(blob.size);
      return { stream: blob.stream(), size: blob.size, mimeType: blob.type, name: '' };
    },
    take(ids) {
      const taken = pending.get().filter((one) => ids.includes(one.attachmentId));
      pending.set(pending.get().filter((one) => !taken.includes(one)));
      return taken.map((one) => ({ ...one.attachment.get(), upload: null }));
    },
  };
}

function setUpload(current: Writable<MessageAttachment>, state: 'uploading' | 'paused' | 'done'): void {
  const attachment = current.get();
  if (attachment.upload !== null) current.set({ ...attachment, upload: { ...attachment.upload, state } });
}
