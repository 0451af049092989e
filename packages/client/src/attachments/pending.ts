import type { AttachmentId, ConversationId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import type { PendingAttachment, MessageAttachment } from '../model/attachments.ts';
import { createAtom, type Atom } from '../state/atom.ts';
import type { Committed } from '../store/device-tx.ts';
import { viewAttachment } from '../store/message-view.ts';
import { ROWS, type RowKey, type UploadRow } from '../store/rows.ts';
import { changeUpload, uploadOf } from './progress.ts';
import { uploadStateOf } from './upload-state.ts';
import type { Uploads } from './uploads.ts';
import { isSame } from '../state/is-same.ts';

/** What people see of files that are not sent yet. Keeps nothing that the rows do not say. */
export interface PendingViews {
  /** Returns the handle of an upload: the same one whenever it is asked for. */
  handle(key: RowKey<UploadRow>, row: UploadRow): PendingAttachment;
  /** Keeps `list` at what is attached to the conversation and not sent yet. */
  watch(conversationId: ConversationId, list: Atom<readonly PendingAttachment[]>): Promise<void>;
}

interface PendingDeps extends Pick<Deps, 'reader' | 'transact' | 'report'> {
  readonly watchers: Set<(change: Committed) => void>;
}

export function createPendingViews(deps: PendingDeps, uploads: Uploads): PendingViews {
  const { reader, watchers, report } = deps;
  const handles = new Map<
    AttachmentId,
    { readonly pending: PendingAttachment; readonly atom: Atom<MessageAttachment> }
  >();
  const lists = new Map<ConversationId, Atom<readonly PendingAttachment[]>>();

  async function refresh(conversationId: ConversationId): Promise<void> {
    const rows = await reader.list(ROWS.uploadsOf(conversationId));
    for (const { value } of rows) {
      const { atom } = handles.get(value.attachment.attachmentId) ?? {};
      const view = viewUpload(value);
      if (!isSame(atom?.get().upload, view.upload)) atom?.set(view);
    }
    const list = lists.get(conversationId);
    if (list === undefined) return;
    const shown = rows
      .filter(({ value }) => !value.isTaken)
      .toSorted((a, b) => a.value.addedAt - b.value.addedAt)
      .map(({ key, value }) => handle(key, value));
    const before = list.get();
    if (shown.length !== before.length || shown.some((one, i) => one !== before[i])) list.set(shown);
  }

  function handle(key: RowKey<UploadRow>, row: UploadRow): PendingAttachment {
    const { attachmentId } = uploadOf(key);
    const known = handles.get(attachmentId);
    if (known !== undefined) return known.pending;
    const atom = createAtom(viewUpload(row));
    const run = (work: () => Promise<unknown>): void => void work().catch(report);
    const pending: PendingAttachment = {
      attachmentId,
      attachment: atom,
      pause: () =>
        run(async () => {
          uploads.interrupt(attachmentId);
          await changeUpload(deps, key, (now) => (now.state === 'active' ? { ...now, state: 'paused' } : null));
        }),
      resume: () =>
        run(async () => {
          await changeUpload(deps, key, (now) =>
            now.state === 'paused' || now.state === 'failed' ? { ...now, state: 'active', failure: null } : null,
          );
          uploads.start(key);
        }),
      cancel: () =>
        run(async () => {
          handles.delete(attachmentId);
          await uploads.giveUp(key);
        }),
    };
    handles.set(attachmentId, { pending, atom });
    return pending;
  }

  watchers.add(({ keys, announcements }) => {
    const changed = new Set(
      keys
        .filter((key) => key.startsWith(ROWS.allUploads))
        .map((key) => uploadOf(key as RowKey<UploadRow>).conversationId),
    );
    const isWiped = announcements.some(({ type }) => type === 'wiped');
    for (const id of isWiped ? lists.keys() : changed) void refresh(id).catch(report);
  });

  return {
    handle,
    async watch(conversationId, list) {
      lists.set(conversationId, list);
      await refresh(conversationId);
    },
  };
}

function viewUpload(row: UploadRow): MessageAttachment {
  return { ...viewAttachment(row.attachment), upload: uploadStateOf(row) };
}
