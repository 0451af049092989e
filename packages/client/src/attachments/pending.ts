import type { AttachmentId, ConversationId } from '@seal-chat/protocol';
import type { PendingAttachment } from '../model/attachments.ts';
import type { AttachmentDeps } from './attachment-deps.ts';
import { viewAttachment } from '../content/store-shown.ts';
import { createAtom, type Atom } from '../state/atom.ts';
import { ROWS, type RowKey, type UploadRow } from '../store/rows.ts';
import type { MessageAttachment } from '../model/attachments.ts';
import { changeUpload, uploadOf } from './progress.ts';
import { uploadStateOf } from './upload-state.ts';
import { giveUp, interruptUpload, startUpload } from './uploads.ts';

/** What people see of files that are not sent yet. Holds no truth of its own: that is in the rows. */
interface PendingViews {
  readonly handles: Map<AttachmentId, { readonly pending: PendingAttachment; readonly atom: Atom<MessageAttachment> }>;
  readonly lists: Map<ConversationId, Atom<readonly PendingAttachment[]>>;
}

const views = new WeakMap<AttachmentDeps, PendingViews>();

function viewsOf(device: AttachmentDeps): PendingViews {
  const known = views.get(device);
  if (known !== undefined) return known;
  const made: PendingViews = { handles: new Map(), lists: new Map() };
  views.set(device, made);
  device.watchers.add(({ keys, announcements }) => {
    const changed = new Set(
      keys
        .filter((key) => key.startsWith(ROWS.allUploads))
        .map((key) => uploadOf(key as RowKey<UploadRow>).conversationId),
    );
    const all = announcements.some(({ type }) => type === 'wiped') ? made.lists.keys() : changed;
    for (const id of all) void refresh(device, made, id).catch((error: unknown) => device.report(error));
  });
  return made;
}

async function refresh(device: AttachmentDeps, all: PendingViews, conversationId: ConversationId): Promise<void> {
  const rows = await device.reader.list(ROWS.uploadsOf(conversationId));
  for (const { value } of rows) {
    const { atom } = all.handles.get(value.attachment.attachmentId) ?? {};
    const view = viewUpload(value);
    if (JSON.stringify(atom?.get().upload) !== JSON.stringify(view.upload)) atom?.set(view);
  }
  const list = all.lists.get(conversationId);
  if (list === undefined) return;
  const shown = rows
    .filter(({ value }) => !value.isTaken)
    .toSorted((a, b) => a.value.addedAt - b.value.addedAt)
    .map(({ key, value }) => pendingOf(device, key, value));
  const before = list.get();
  if (shown.length !== before.length || shown.some((one, i) => one !== before[i])) list.set(shown);
}

/** What people see of a file that is not sent yet. */
function viewUpload(row: UploadRow): MessageAttachment {
  return { ...viewAttachment(row.attachment), upload: uploadStateOf(row) };
}

/** The handle of an upload: the same one whenever it is asked for. */
export function pendingOf(device: AttachmentDeps, key: RowKey<UploadRow>, row: UploadRow): PendingAttachment {
  const { handles } = viewsOf(device);
  const { attachmentId } = uploadOf(key);
  const known = handles.get(attachmentId);
  if (known !== undefined) return known.pending;
  const atom = createAtom(viewUpload(row));
  const run = (work: () => Promise<unknown>): void => void work().catch((error: unknown) => device.report(error));
  const pending: PendingAttachment = {
    attachmentId,
    attachment: atom,
    pause: () =>
      run(async () => {
        interruptUpload(device, attachmentId);
        await changeUpload(device, key, (now) => (now.state === 'active' ? { ...now, state: 'paused' } : null));
      }),
    resume: () =>
      run(async () => {
        await changeUpload(device, key, (now) =>
          now.state === 'paused' || now.state === 'failed' ? { ...now, state: 'active', failure: null } : null,
        );
        startUpload(device, key);
      }),
    cancel: () =>
      run(async () => {
        handles.delete(attachmentId);
        await giveUp(device, key);
      }),
  };
  handles.set(attachmentId, { pending, atom });
  return pending;
}

/** Keeps `list` at what is attached to the conversation and not sent yet. */
export async function followPending(
  device: AttachmentDeps,
  conversationId: ConversationId,
  list: Atom<readonly PendingAttachment[]>,
): Promise<void> {
  const all = viewsOf(device);
  all.lists.set(conversationId, list);
  await refresh(device, all, conversationId);
}
