import { PART_SIZE, ciphertextSize } from '@seal-chat/protocol';
import type { UploadRow } from '../store/rows.ts';
import type { UploadState } from '../model/attachments.ts';

/** Parts that a file is sent in. */
export function partsOf({ attachment }: Pick<UploadRow, 'attachment'>): number {
  return Math.ceil(ciphertextSize(attachment.size) / PART_SIZE);
}

/** How far an upload is, as people see it. */
export function uploadStateOf(row: UploadRow): UploadState {
  const total = ciphertextSize(row.attachment.size);
  const last = partsOf(row) - 1;
  const loaded = row.storedParts.reduce((sum, i) => sum + (i === last ? total - last * PART_SIZE : PART_SIZE), 0);
  const working = row.isPrepared || !row.keepsParts ? 'uploading' : 'preparing';
  return { loaded, total, state: row.state === 'active' ? working : row.state };
}
