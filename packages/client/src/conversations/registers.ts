import { dmId } from '@seal-chat/crypto';
import {
  CHAT_FIELDS,
  SYNC_TOPICS,
  isSwitchedOn,
  seqOf,
  supersedes,
  type ConversationId,
  type RegisterEntry,
  type SyncTopic,
  type UserId,
} from '@seal-chat/protocol';
import type { DeviceTx, RowReader } from '../store/device-tx.ts';
import { ROWS, type AccountRow, type ConversationRow } from '../store/rows.ts';
import { moveReadPosition } from './read-position.ts';

/**
 * Registers: what the person has decided about chats, people and privacy, kept in step on all devices of the account.
 * Of each, the last write counts (`supersedes`), so devices that have seen the same writes agree, in whatever order
 * they arrived. What a register means for a conversation is also in that conversation's row, where everything else is
 * read from.
 */

/** Keeps `entry` if it counts. @returns whether it does */
export async function mergeRegister(tx: DeviceTx, topic: SyncTopic, entry: RegisterEntry): Promise<boolean> {
  const key = ROWS.register(topic, entry.subject, entry.field);
  if (!supersedes(topic, entry, await tx.get(key))) return false;
  tx.put(key, entry);
  return true;
}

/**
 * Keeps `entry` if it counts, and brings the rows up to date that follow from it.
 *
 * @param localNow this device's clock, ms
 * @returns whether it counts
 */
export async function takeRegister(
  tx: DeviceTx,
  account: AccountRow,
  topic: SyncTopic,
  entry: RegisterEntry,
  localNow: number,
): Promise<boolean> {
  if (!(await mergeRegister(tx, topic, entry))) return false;
  if (topic === SYNC_TOPICS.chats) await project(tx, account, entry, localNow);
  return true;
}

/** The account's devices besides this one, as its signed list says. */
export async function otherDevices(reader: RowReader, { userId, device }: AccountRow) {
  const devices = (await reader.get(ROWS.peer(userId)))?.known.list.devices ?? [];
  return devices.filter(({ deviceId }) => deviceId !== device.deviceId);
}

type Marks = Pick<
  ConversationRow,
  'isMuted' | 'isPinned' | 'isArchived' | 'isAccepted' | 'isBlocked' | 'isOpened' | 'deletedSeq'
>;

/** What registers say of a conversation that this device sees for the first time. */
export async function marksOf(
  reader: RowReader,
  conversation: { readonly conversationId: ConversationId; readonly peer: UserId | null },
): Promise<Marks> {
  const { conversationId, peer } = conversation;
  const subjects = [conversationId, ...(peer === null ? [] : [peer])];
  const found = await Promise.all(subjects.map((subject) => reader.list(ROWS.registersOf(SYNC_TOPICS.chats, subject))));
  return found.flat().reduce<Marks>((marks, { value }) => ({ ...marks, ...markOf(value) }), {});
}

/** The part of a conversation's row that follows from one register; null when it is of another kind. */
function markOf({ field, value }: RegisterEntry): Marks | null {
  const isOn = isSwitchedOn(value);
  switch (field) {
    case CHAT_FIELDS.muted:
      return { isMuted: isOn };
    case CHAT_FIELDS.pinned:
      return { isPinned: isOn };
    case CHAT_FIELDS.archived:
      return { isArchived: isOn };
    case CHAT_FIELDS.blocked:
      return { isBlocked: isOn };
    case CHAT_FIELDS.accepted:
      return { isAccepted: isOn };
    case CHAT_FIELDS.deleted:
      return { deletedSeq: seqOf(value), isOpened: false };
    default:
      return null;
  }
}

async function project(
  tx: DeviceTx,
  { tenantId, userId }: AccountRow,
  entry: RegisterEntry,
  now: number,
): Promise<void> {
  const { subject, field, value } = entry;
  if (field === CHAT_FIELDS.read) {
    const [conversationId, seq] = [subject as ConversationId, seqOf(value)];
    const messageId = (await tx.get(ROWS.message(conversationId, seq)))?.messageId ?? null;
    return moveReadPosition(tx, { conversationId, seq, messageId, ownUserId: userId, isAnnounced: true, now });
  }
  const isOfPerson = field === CHAT_FIELDS.blocked || field === CHAT_FIELDS.accepted;
  if (isOfPerson && subject === userId) return;
  if (field === CHAT_FIELDS.blocked) await listBlocked(tx, subject as UserId, isSwitchedOn(value));
  const key = ROWS.conversation(isOfPerson ? dmId(tenantId, userId, subject as UserId) : (subject as ConversationId));
  const row = await tx.get(key);
  const mark = markOf(entry);
  if (row !== null && mark !== null) tx.put(key, { ...row, ...mark });
}

async function listBlocked(tx: DeviceTx, userId: UserId, isBlocked: boolean): Promise<void> {
  const others = ((await tx.get(ROWS.blocked)) ?? []).filter((blocked) => blocked !== userId);
  tx.put(ROWS.blocked, isBlocked ? [...others, userId] : others);
}
