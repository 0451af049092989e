import {
  CHANNEL_LIMITS,
  CHAT_FIELDS,
  SYNC_TOPICS,
  seqOf,
  seqRegister,
  type ConversationId,
  type MessageId,
} from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import type { LeaderPart } from '../context/leader-part.ts';
import { enqueue, nextOrder } from '../outbox/queue.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { isHeldOff, privacyOf } from '../store/privacy.ts';
import { ROWS, placeOf, type ConversationRow } from '../store/rows.ts';
import { loadRegisterWriter } from './load.ts';
import { otherDevices } from './registers.ts';
import { gapsOf } from './sequence.ts';

const MAX_MEMBERS = CHANNEL_LIMITS.readReceiptsMaxMembers;

/** One announcement per conversation in this time, ms: reading on is not worth a message each. */
const SPACING_MS = 3_000;

/**
 * Tells other people, and this account's other devices, what the person has read. What is to be announced follows from
 * the rows alone, so nothing is forgotten over a crash.
 */
export function createReadAnnouncer(deps: Deps): LeaderPart {
  const timers = new Map<ConversationId, ReturnType<typeof setTimeout>>();
  const lastAt = new Map<ConversationId, number>();
  let isStopped = false;

  async function announce(conversationId: ConversationId): Promise<void> {
    timers.delete(conversationId);
    const outcome = await deps.transact((tx) => announceIn(deps, tx, conversationId));
    if (outcome === 'nothing') return;
    lastAt.set(conversationId, Date.now());
    if (typeof outcome === 'number') await tellOwnDevices(deps, conversationId, outcome);
  }

  function schedule(conversationId: ConversationId): void {
    if (isStopped || timers.has(conversationId)) return;
    const wait = (lastAt.get(conversationId) ?? 0) + SPACING_MS - Date.now();
    const run = (): void => void announce(conversationId).catch(deps.report);
    timers.set(conversationId, setTimeout(run, Math.max(0, wait)));
  }

  /** What was read before this tab led, and was not announced. */
  async function scheduleAll(): Promise<void> {
    for (const { key, value } of await deps.reader.list(ROWS.conversations)) {
      if (value.readSeq > value.announcedReadSeq) schedule(placeOf(key).conversationId);
    }
  }
  const starting = scheduleAll().catch(deps.report);

  return {
    committed(keys) {
      for (const key of keys) if (key.startsWith(ROWS.conversations)) schedule(placeOf(key).conversationId);
    },
    async stop() {
      isStopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await starting;
    },
  };
}

/** Tells this account's other devices, and no one else. */
async function tellOwnDevices(deps: Deps, subject: ConversationId, readSeq: number): Promise<void> {
  const { writeRegisters } = await loadRegisterWriter();
  const change = { subject, field: CHAT_FIELDS.read, value: seqRegister(readSeq) };
  await deps.transact((tx) => writeRegisters(deps, tx, SYNC_TOPICS.chats, [change]));
}

/** @returns `told`; the read position that only this account's other devices may be told of; or `nothing` */
async function announceIn(
  deps: Deps,
  tx: DeviceTx,
  conversationId: ConversationId,
): Promise<'told' | 'nothing' | number> {
  const key = ROWS.conversation(conversationId);
  const row = await tx.get(key);
  if (row === null || row.readSeq <= row.announcedReadSeq || row.readId === undefined) return 'nothing';
  const isForLater = isHeldOff(row);
  const read = isForLater ? null : await readUpTo(tx, conversationId, row);
  if (read !== null) tx.put(key, { ...row, announcedReadSeq: read.upToSeq });
  else if (!isForLater) return 'nothing';
  if (isForLater || !(await tellsMembers(tx, row))) {
    const own = await tx.get(ROWS.register(SYNC_TOPICS.chats, conversationId, CHAT_FIELDS.read));
    const isNews = seqOf(own?.value) < row.readSeq && (await otherDevices(tx, await activeAccount(tx))).length > 0;
    return isNews ? row.readSeq : 'nothing';
  }
  const content = { kind: 'read', ...read! } as const;
  // An announcement that was not encrypted yet, as while offline, is brought up to date instead of followed by another.
  const order = await tx.get(ROWS.announcement(conversationId));
  const waitingKey = order === null ? null : ROWS.outbox(conversationId, order);
  const waiting = waitingKey === null ? null : await tx.get(waitingKey);
  if (waitingKey !== null && waiting?.content.kind === 'read' && waiting.wire === null) {
    tx.put(waitingKey, { ...waiting, content });
    return 'told';
  }
  tx.put(ROWS.announcement(conversationId), await nextOrder(tx, conversationId));
  await enqueue(deps, tx, conversationId, content);
  return 'told';
}

/**
 * What others are told was read: all of it up to that place. So in a DM it ends before a message that was not shown, or
 * that may yet be opened: nobody has read that. The log of a channel has no other such places than those held back.
 */
async function readUpTo(
  tx: DeviceTx,
  conversationId: ConversationId,
  row: ConversationRow,
): Promise<{ readonly upToSeq: number; readonly messageId: MessageId } | null> {
  const { readSeq, readId, announcedReadSeq: told } = row;
  const gaps = [...(row.kind === 'dm' ? gapsOf(row) : []), ...(row.missing ?? [])];
  const holes = gaps.filter(([, to]) => to > told);
  const undecryptable = row.kind === 'dm' ? await tx.list(ROWS.undecryptableIn(conversationId)) : [];
  const closed = undecryptable.filter(({ value }) => value.nextRequestAt !== null).map(({ key }) => placeOf(key).seq);
  const unread = [...holes.map(([from]) => Math.max(from, told + 1)), ...closed.filter((seq) => seq > told)];
  if (unread.every((seq) => seq > readSeq)) return { upToSeq: readSeq, messageId: readId! };
  const { userId } = await activeAccount(tx);
  const shown = await tx.list(ROWS.messagesOf(conversationId), {
    after: ROWS.message(conversationId, told),
    before: ROWS.message(conversationId, Math.min(...unread)),
    order: 'descending',
  });
  const last = shown.find(({ value }) => value.senderUserId !== userId);
  return last === undefined ? null : { upToSeq: placeOf(last.key).seq, messageId: last.value.messageId };
}

/** In a large channel members do not need it of each other, and a channel that was left has no one to tell. */
async function tellsMembers(tx: DeviceTx, { channel, members }: ConversationRow): Promise<boolean> {
  if (channel && (channel.state === 'left' || members.length > MAX_MEMBERS)) return false;
  const { userId } = await activeAccount(tx);
  return (await privacyOf(tx, userId)).receipts;
}
