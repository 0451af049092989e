import {
  CHAT_FIELDS,
  SYNC_TOPICS,
  switchValue,
  type MessageBody,
  type MessageContent,
  type UserId,
} from '@seal-chat/protocol';
import type { TimeDeps } from '../context/deps.ts';
import { withMessage, withProgress } from '../conversations/progress.ts';
import { moveReadPosition } from '../conversations/read-position.ts';
import { mergeRegister } from '../conversations/registers.ts';
import { isAccountedFor } from '../conversations/sequence.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { privacyOf } from '../store/privacy.ts';
import { ROWS, type ConversationRow, type HeldRead, type MessageRow } from '../store/rows.ts';
import { entryIdAt } from '../transcript/record.ts';
import { eraseMessage, inConversation, type Applying } from './applying.ts';
import { applyChange, applyWaiting } from './changes.ts';
import { isDropped } from './dropped.ts';
import type { PlacedMessage } from './incoming.ts';
import { readContent } from './read-content.ts';
import { requote } from './requote.ts';
import { applyProfile, applyTimer, keepPromisedList, keepSharedHistory } from './settings.ts';
import { storeShown, type Shown } from './store-shown.ts';
import { applySync } from './sync.ts';
import { unsentTimer } from './unsent.ts';

export interface ApplyOptions {
  /** Its key was handed over by a member: it is history, and nothing new to read. */
  readonly isShared?: boolean;
}

/**
 * What an opened body does, in the transaction that also moves the ratchet: it is shown, or it changes an earlier
 * message or the conversation. The same for DMs and channels, for messages of others and, once the server has accepted
 * them, for those of this device. A message that is here already, or was taken back, stays as it is.
 *
 * @throws SealError NOT_SIGNED_IN, STORAGE_FAILED
 */
export async function applyContent(
  deps: TimeDeps,
  tx: DeviceTx,
  message: PlacedMessage,
  body: Pick<MessageBody, 'sentAt' | 'content'>,
  { isShared = false }: ApplyOptions = {},
): Promise<void> {
  const { conversationId, seq, acceptedAt } = message;
  await inConversation(deps, tx, conversationId, async (applying) => {
    const existing = await tx.get(ROWS.message(conversationId, seq));
    if (isDropped(applying, message)) {
      applying.row = withMessage(applying.row, { seq, acceptedAt, isShown: false });
      if (existing !== null) await eraseMessage(applying, seq, existing);
      return;
    }
    const isOpen = existing !== null && !REPLACED.has(existing.content.kind);
    // Nothing that is here can refer to what comes after it.
    const isNewest = seq > (applying.row.seenSeq ?? applying.row.lastSeq);
    const isShown = isOpen || (await apply(applying, message, body, { existing, isShared }));
    applying.row = withMessage(applying.row, { seq, acceptedAt, isShown });
    await settleReads(applying);
    if (isShown) await acceptOwn(applying, message, body.sentAt);
    if (isShown && !isOpen && !isNewest) {
      await requote(tx, conversationId, seq);
      await applyWaiting(applying, seq);
    }
    // What could not be read turned out to be nothing to show.
    if (!isShown && existing !== null) await eraseMessage(applying, seq, existing);
  });
}

/** Whom the person has written to is no stranger; every device of the account sees that from the message itself. */
async function acceptOwn(applying: Applying, message: PlacedMessage, sentAt: number): Promise<void> {
  const { tx, row, ownUserId } = applying;
  if (row.kind !== 'dm' || message.senderUserId !== ownUserId) return;
  const peer = row.members.find(({ userId }) => userId !== ownUserId);
  if (peer === undefined || (await tx.get(ROWS.register(SYNC_TOPICS.chats, peer.userId, CHAT_FIELDS.accepted)))) return;
  const { messageId: writeId } = message;
  const mark = { subject: peer.userId, field: CHAT_FIELDS.accepted, value: switchValue(true) };
  await mergeRegister(tx, SYNC_TOPICS.chats, { ...mark, writtenAt: sentAt, writeId });
  applying.row = { ...row, isAccepted: true };
}

/** What is stored in place of a message that could not be read. */
const REPLACED: ReadonlySet<MessageRow['content']['kind']> = new Set(['undecryptable', 'unsupported']);

/** @returns whether the message takes a place in the list */
async function apply(
  applying: Applying,
  message: PlacedMessage,
  { content: said, sentAt }: Pick<MessageBody, 'sentAt' | 'content'>,
  { existing, isShared }: { readonly existing: MessageRow | null; readonly isShared: boolean },
): Promise<boolean> {
  const { tx, conversationId } = applying;
  const { seq, senderUserId, acceptedAt } = message;
  const show = (content: Shown): Promise<boolean> =>
    storeShown(applying, message, { content, sentAt, existing, isShared });
  if (said.kind === 'text') return show(said);
  if (said.kind === 'read') {
    await applyRead(applying, message, said);
    return false;
  }
  const content = readContent(said);
  switch (content?.kind) {
    case undefined:
      tx.put(ROWS.unsupported(conversationId, seq), { typeId: said.code, payload: said.payload });
      return show({ kind: 'unsupported' });
    case 'post':
      return show(content);
    case 'invitation':
      return applying.row.kind === 'dm' && show(content);
    case 'edit':
    case 'delete':
    case 'reaction':
      await applyChange(applying, { content, seq, senderUserId, acceptedAt });
      return false;
    case 'timer':
      return (
        applyTimer(applying, message, content.seconds, await unsentTimer(tx, conversationId)) &&
        show({ kind: 'event', event: { type: 'timer', seconds: content.seconds } })
      );
    case 'profile':
      return (
        applyProfile(applying, message, content) &&
        show({ kind: 'event', event: { type: 'profile', name: content.name } })
      );
    case 'deviceList':
      await keepPromisedList(applying, message, content);
      return false;
    case 'history':
      keepSharedHistory(applying, message, content.entries);
      return false;
    case 'sync':
      await applySync(applying, message, content);
      return false;
  }
}

/** A position counts where the message there is the same for who read it as for this device. */
async function applyRead(
  applying: Applying,
  { senderUserId, seq }: PlacedMessage,
  said: Extract<MessageContent, { kind: 'read' }>,
): Promise<void> {
  const { tx, conversationId, ownUserId } = applying;
  const { upToSeq: readSeq, messageId } = said;
  const own = (await tx.get(ROWS.message(conversationId, readSeq)))?.messageId;
  const known = own ?? (await entryIdAt(tx, conversationId, readSeq));
  if (readSeq >= seq || (known !== null && known !== messageId)) return;
  if (senderUserId !== ownUserId) {
    // Who does not tell what they read is not told either.
    if (!(await privacyOf(tx, ownUserId)).receipts) return;
    // It may be of another message than the one that comes here.
    if (known === null && !isAccountedFor(applying.row, readSeq)) return waitForPlace(applying, senderUserId, said);
    applying.row = withProgress(applying.row, senderUserId, { readSeq });
    return;
  }
  const key = ROWS.conversation(conversationId);
  tx.put(key, applying.row);
  const move = { conversationId, seq: readSeq, messageId, ownUserId, isAnnounced: true, now: applying.clock.local() };
  await moveReadPosition(tx, move);
  applying.row = (await tx.get(key)) ?? applying.row;
}

/** Keeps a receipt until its place is there; one for each person, the one that reaches furthest. */
function waitForPlace(
  applying: Applying,
  userId: UserId,
  { upToSeq: seq, messageId }: Extract<MessageContent, { kind: 'read' }>,
): void {
  const { row } = applying;
  const others = (row.heldReads ?? []).filter((held) => held.userId !== userId || held.seq > seq);
  if (others.some((held) => held.userId === userId)) return;
  applying.row = { ...row, heldReads: [...others, { userId, seq, messageId }] };
}

/** What was told to be read of a place that has been filled since. */
async function settleReads(applying: Applying): Promise<void> {
  const { tx, conversationId, row } = applying;
  if (row.heldReads === undefined) return;
  const { heldReads, ...rest } = row;
  const waiting: HeldRead[] = [];
  let next: ConversationRow = rest;
  for (const held of heldReads) {
    const { userId, seq: readSeq, messageId } = held;
    if (!isAccountedFor(row, readSeq)) {
      waiting.push(held);
      continue;
    }
    const own = (await tx.get(ROWS.message(conversationId, readSeq)))?.messageId ?? messageId;
    if (own === messageId) next = withProgress(next, userId, { readSeq });
  }
  applying.row = waiting.length === 0 ? next : { ...next, heldReads: waiting };
}
