import type { MessageRef } from '@seal-chat/protocol/content';
import type { ConversationId } from '@seal-chat/protocol';
import type { RowReader } from '../store/device-tx.ts';
import { ROWS, type MessageRow } from '../store/rows.ts';
import type { ReplyView } from '../model/message.ts';

/** Characters of a message that are quoted where it is answered. */
const PREVIEW_LENGTH = 140;

/** What an answer shows of the message it answers, which must be the one that its id says. */
export async function quote(reader: RowReader, conversationId: ConversationId, ref: MessageRef): Promise<ReplyView> {
  const { seq, messageId } = ref;
  const row = await reader.get(ROWS.message(conversationId, seq));
  if (row?.messageId !== messageId) return { seq, messageId, senderUserId: null, preview: '' };
  return { seq, messageId, senderUserId: row.senderUserId, preview: previewOf(row) };
}

function previewOf({ content }: MessageRow): string {
  if (content.kind !== 'text' && content.kind !== 'post') return '';
  const text = content.text === '' && content.kind === 'post' ? (content.attachments[0]?.name ?? '') : content.text;
  // By characters, so that none is cut in half.
  return Array.from(text.slice(0, 2 * PREVIEW_LENGTH))
    .slice(0, PREVIEW_LENGTH)
    .join('');
}
