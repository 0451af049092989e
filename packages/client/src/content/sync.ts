import {
  CHAT_FIELDS,
  SYNC_TOPICS,
  decodeRegisters,
  isSealError,
  seqOf,
  type ConversationId,
  type RegisterEntry,
  type SyncTopic,
} from '@seal-chat/protocol';
import type { RichContent } from '@seal-chat/protocol/content';
import { takeRegister } from '../conversations/registers.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';
import type { Applying } from './applying.ts';
import { eraseUpTo } from './erase-chat.ts';
import type { PlacedMessage } from './incoming.ts';

const TOPICS: ReadonlySet<number> = new Set(Object.values(SYNC_TOPICS));

/**
 * Takes in what another device of this account says, in the account's conversation with itself and nowhere else. Topics
 * of other versions are left alone.
 */
export async function applySync(
  applying: Applying,
  { senderUserId }: PlacedMessage,
  { topic, payload }: Extract<RichContent, { kind: 'sync' }>,
): Promise<void> {
  const { tx, conversationId, ownUserId } = applying;
  if (applying.row.kind !== 'self' || senderUserId !== ownUserId || !TOPICS.has(topic)) return;
  const key = ROWS.conversation(conversationId);
  // A register may be about this conversation.
  tx.put(key, applying.row);
  const account = await activeAccount(tx);
  for (const entry of entriesOf(payload)) {
    const counts = await takeRegister(tx, account, topic as SyncTopic, entry, applying.clock.local());
    if (counts && topic === SYNC_TOPICS.chats && entry.field === CHAT_FIELDS.deleted)
      await eraseUpTo(
        { now: () => applying.now, clock: applying.clock },
        tx,
        entry.subject as ConversationId,
        seqOf(entry.value),
      );
  }
  applying.row = (await tx.get(key)) ?? applying.row;
}

function entriesOf(payload: Uint8Array): readonly RegisterEntry[] {
  try {
    return decodeRegisters(payload);
  } catch (error) {
    if (isSealError(error, 'MALFORMED')) return [];
    throw error;
  }
}
