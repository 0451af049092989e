import type { ConversationId } from '@seal-chat/protocol';
import type { Mention, RichContent } from '@seal-chat/protocol/content';
import type { RowReader } from '../store/device-tx.ts';
import { queuedIn } from '../store/queued-rows.ts';
import { type MessageChanges, type MessageRow, type OutboxRow, type RowKey, type ShownContent } from '../store/rows.ts';
import type { Applying } from './applying.ts';
import { readContent } from './read-content.ts';
import { viewReactions, withReaction } from './reactions.ts';

/** A change by this account of a message that waits in the outbox. It is shown at once, on top of what was accepted. */
export interface UnsentChange {
  readonly key: RowKey<OutboxRow>;
  readonly row: OutboxRow;
  readonly content: Extract<RichContent, { readonly kind: 'edit' | 'reaction' }>;
}

export const NO_CHANGES: MessageChanges = { editSeq: 0, reactions: [] };

/** What a queued body says beyond plain text; null for texts and read positions. */
export function richContentOf({ content }: OutboxRow): RichContent | null {
  return content.kind === 'coded' ? readContent(content) : null;
}

/** Own changes of the message `target` that were not sent yet, in their order. */
export async function unsentChanges(
  reader: RowReader,
  conversationId: ConversationId,
  target: number,
): Promise<readonly UnsentChange[]> {
  const found: UnsentChange[] = [];
  for await (const { key, value } of queuedIn(reader, conversationId)) {
    const content = richContentOf(value);
    if (content?.kind !== 'edit' && content?.kind !== 'reaction') continue;
    if (content.target.seq === target) found.push({ key, row: value, content });
  }
  return found;
}

/** `row` without what is shown on top of it. */
export function acceptedState(row: MessageRow): MessageRow {
  const { beforeEdit, ...shown } = row;
  if (beforeEdit === undefined) return row;
  const { editedAt: _, ...rest } = shown;
  const { content, editedAt } = beforeEdit;
  return { ...rest, content, ...(editedAt !== null && { editedAt }) };
}

/** Returns `accepted` with this account's changes of it that wait in the outbox. */
export async function withUnsent(
  { tx, conversationId, ownUserId }: Applying,
  seq: number,
  accepted: MessageRow,
): Promise<MessageRow> {
  const unsent = await unsentChanges(tx, conversationId, seq);
  let { reactions: all } = accepted.changes ?? NO_CHANGES;
  let shown: MessageRow = accepted;
  // Not by `entries()`, which old libraries on a page replace with one that counts nothing.
  for (let i = 0; i < unsent.length; i++) {
    const { content, row } = unsent[i]!;
    if (content.kind === 'reaction') {
      const { emoji, isOn } = content;
      all = withReaction(all, { userId: ownUserId, emoji, isOn, seq: Number.MAX_SAFE_INTEGER - unsent.length + i });
    } else {
      const { editedAt = null } = accepted;
      shown = {
        ...shown,
        content: withText(accepted.content, content.text, content.mentions),
        editedAt: row.sentAt,
        beforeEdit: { content: accepted.content, editedAt },
      };
    }
  }
  const { reactions: _, ...rest } = shown;
  const reactions = viewReactions(all, ownUserId);
  return reactions.length === 0 ? rest : { ...rest, reactions };
}

/**
 * What a text or post says after an edit. Other content stays as it is. Which edits came before leaves no trace, so that
 * devices that got them in another order, or not at all, hold the same.
 */
export function withText(content: ShownContent, text: string, mentions: readonly Mention[]): ShownContent {
  if (content.kind !== 'text' && content.kind !== 'post') return content;
  const { replyTo, attachments } = content.kind === 'post' ? content : { replyTo: null, attachments: [] };
  if (mentions.length === 0 && replyTo === null && attachments.length === 0) return { kind: 'text', text };
  return { kind: 'post', text, mentions, replyTo, attachments };
}

/** The timer that was set here last and is not sent yet; null when there is none. */
export async function unsentTimer(reader: RowReader, conversationId: ConversationId): Promise<number | null> {
  for await (const { value } of queuedIn(reader, conversationId, { order: 'descending' })) {
    const content = richContentOf(value);
    if (content?.kind === 'timer') return content.seconds;
  }
  return null;
}
