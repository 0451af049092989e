import {
  CHAT_FIELDS,
  SYNC_TOPICS,
  SealError,
  seqRegister,
  switchValue,
  type ConversationId,
  type UserId,
} from '@seal-chat/protocol';
import { eraseUpTo } from '../content/erase-chat.ts';
import type { ComposeDeps, Deps } from '../context/deps.ts';
import { writeRegisters } from '../conversations/write-registers.ts';
import { activeAccount } from '../store/account.ts';
import type { RowReader } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';

/** What the person decides about a chat, on all devices of the account. */

type PeopleDeps = ComposeDeps & Pick<Deps, 'api'>;
type Switch = 'muted' | 'pinned' | 'archived';

async function setSwitch(deps: ComposeDeps, subject: ConversationId, name: Switch, isOn: boolean): Promise<void> {
  const change = { subject, field: CHAT_FIELDS[name], value: switchValue(isOn) };
  await deps.transact((tx) => writeRegisters(deps, tx, SYNC_TOPICS.chats, [change]));
}

/** See `Conversation.setMuted`. */
export function setMuted(deps: ComposeDeps, conversationId: ConversationId, isOn: boolean): Promise<void> {
  return setSwitch(deps, conversationId, 'muted', isOn);
}

/** See `Conversation.setPinned`. */
export function setPinned(deps: ComposeDeps, conversationId: ConversationId, isOn: boolean): Promise<void> {
  return setSwitch(deps, conversationId, 'pinned', isOn);
}

/** See `Conversation.setArchived`. */
export function setArchived(deps: ComposeDeps, conversationId: ConversationId, isOn: boolean): Promise<void> {
  return setSwitch(deps, conversationId, 'archived', isOn);
}

/** See `Conversation.accept`. */
export async function accept(deps: PeopleDeps, conversationId: ConversationId): Promise<void> {
  await deps.transact(async (tx) => {
    const subject = await peerOf(tx, conversationId);
    if (subject === null) throw new SealError('NOT_FOUND', 'accept: no request');
    const mark = { subject, field: CHAT_FIELDS.accepted, value: switchValue(true) };
    await writeRegisters(deps, tx, SYNC_TOPICS.chats, [mark]);
  });
  void tellPresence(deps, conversationId);
}

/**
 * Has the person of a DM, who is a stranger no more, told of this one's presence: the server does so for people who have
 * both opened it. Never rejects: without a connection they are told once this person writes.
 */
export async function tellPresence(deps: PeopleDeps, conversationId: ConversationId): Promise<void> {
  try {
    const userId = await peerOf(deps.reader, conversationId);
    if (userId !== null) await deps.api.conversations.openDm.mutate({ userId });
  } catch {
    // See above.
  }
}

async function peerOf(reader: RowReader, conversationId: ConversationId): Promise<UserId | null> {
  const { userId } = await activeAccount(reader);
  const row = await reader.get(ROWS.conversation(conversationId));
  return row?.kind === 'dm' ? (row.members.find((member) => member.userId !== userId)?.userId ?? null) : null;
}

/** See `Conversation.deleteChat`. */
export async function deleteChat(deps: ComposeDeps, conversationId: ConversationId): Promise<void> {
  await deps.transact(async (tx) => {
    const row = await tx.get(ROWS.conversation(conversationId));
    if (row === null) return;
    if (row.channel !== undefined && row.channel.state !== 'left')
      throw new SealError('FORBIDDEN', 'delete: leave the channel first');
    // What was seen here, and not what the server says there is: it could delete the future.
    const upTo = row.lastShownSeq ?? 0;
    const mark = { subject: conversationId, field: CHAT_FIELDS.deleted, value: seqRegister(upTo) };
    await writeRegisters(deps, tx, SYNC_TOPICS.chats, [mark]);
    await eraseUpTo(deps, tx, conversationId, upTo);
    // One without messages is no longer listed either.
    const left = await tx.get(ROWS.conversation(conversationId));
    if (left !== null) tx.put(ROWS.conversation(conversationId), { ...left, isOpened: false });
  });
}
