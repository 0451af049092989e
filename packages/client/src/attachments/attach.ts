import { FILE_KEY_LENGTH } from '@seal-chat/crypto/stream';
import {
  ATTACHMENT_LIMITS,
  SealError,
  newId,
  type AttachmentId,
  type ConversationId,
  asKey,
  type FileKey,
} from '@seal-chat/protocol';
import type { Attachment } from '@seal-chat/protocol/content';
import type { Deps } from '../context/deps.ts';
import type { AttachOptions, PendingAttachment } from '../model/attachments.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS, type UploadRow } from '../store/rows.ts';
import { fileName } from './file-name.ts';
import { checkSize, type UploadLimits } from './limits.ts';
import { describeFile, kindOf } from './media/describe.ts';
import type { PendingViews } from './pending.ts';
import { openSource } from './sources.ts';
import type { Uploads } from './uploads.ts';

interface AttachDeps extends Deps {
  readonly uploads: Uploads;
  readonly pending: PendingViews;
  readonly limits: UploadLimits;
}

/** See `Conversation.attach`. */
export async function attachFile(
  deps: AttachDeps,
  conversationId: ConversationId,
  file: Blob & { readonly name?: string },
  options: AttachOptions,
): Promise<PendingAttachment> {
  await activeAccount(deps.reader);
  const limits = await deps.limits();
  checkSize(limits, kindOf(file, options), file.size);
  const { content, ...described } = await describeFile(file, options);
  checkSize(limits, described.kind, content.size);
  if (content.size > ATTACHMENT_LIMITS.maxSize) throw new SealError('TOO_LARGE', `attachment: ${content.size} bytes`);

  const attachmentId = newId<AttachmentId>(deps.rng(16));
  const fileKey = asKey<FileKey>(deps.rng(FILE_KEY_LENGTH));
  const { commitment, ...source } = await openSource(content, { fileKey, attachmentId });
  const attachment: Attachment = {
    attachmentId,
    fileKey,
    commitment,
    size: content.size,
    ...described,
    name: fileName(described.name) || described.kind,
  };
  const key = ROWS.upload(conversationId, attachmentId);
  const row: UploadRow = {
    attachment,
    addedAt: deps.now(),
    state: 'active',
    failure: null,
    keepsParts: survivesReload(deps),
    isPrepared: false,
    storedParts: [],
    isTaken: false,
  };
  deps.uploads.addSource(attachmentId, source);
  await deps.transact(async (tx) => {
    // Two of one moment keep their order.
    const others = await tx.list(ROWS.uploadsOf(conversationId));
    const addedAt = Math.max(row.addedAt, ...others.map(({ value }) => value.addedAt + 1));
    tx.put(key, { ...row, addedAt });
  });
  deps.uploads.start(key);
  return deps.pending.handle(key, row);
}

/**
 * Whether rows are still there when the file can no longer be read. A program has its files as long as it runs, and
 * attaches them again when not; pages lose theirs with every reload.
 */
function survivesReload({ store }: Pick<Deps, 'store'>): boolean {
  return store.atRest === 'non-extractable-key' || store.atRest === 'stored-key';
}
