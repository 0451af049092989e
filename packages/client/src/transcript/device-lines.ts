import { findDevice } from '@seal-chat/crypto';
import type { ConversationId, UserId } from '@seal-chat/protocol';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, placeOf, type ConversationRow, type DeviceLine, type PeerRow } from '../store/rows.ts';

/** Lines kept about one person, and about all of a conversation; the oldest are forgotten first. */
const MAX_OF_PERSON = 16;
const MAX_LINES = 128;

/**
 * Says in each direct conversation with `userId` which devices that account has got and lost between two verified
 * lists, those that came and went in between included. In channels the Commits say it.
 */
export async function tellDevices(tx: DeviceTx, userId: UserId, before: PeerRow, after: PeerRow): Promise<void> {
  const gone = after.retired.filter((one) => !before.retired.includes(one));
  const base = { userId, at: after.learnedAt };
  const lines = [
    ...[...after.known.list.devices, ...gone.map(({ device }) => device)]
      .filter(({ deviceId }) => findDevice(before.known.list, deviceId) === null)
      .map(({ deviceId, addedIn }) => ({ ...base, kind: 'added' as const, deviceId, version: addedIn })),
    ...gone.map(({ device: { deviceId }, removedIn }) => ({
      ...base,
      kind: 'removed' as const,
      deviceId,
      version: removedIn,
    })),
  ];
  if (lines.length === 0) return;
  for (const { key, value } of await tx.list(ROWS.conversations)) {
    if (value.kind === 'channel' || !value.members.some((member) => member.userId === userId)) continue;
    const afterSeq = value.lastShownSeq ?? 0;
    await putDeviceLines(
      tx,
      placeOf(key).conversationId,
      lines.map((line) => ({ ...line, afterSeq })),
    );
  }
}

/** Puts lines between the messages of a conversation. */
export function putDeviceLines(
  tx: DeviceTx,
  conversationId: ConversationId,
  added: readonly DeviceLine[],
): Promise<void> {
  return change(tx, conversationId, (before) => {
    const lines = [...before, ...added];
    const isRecent = ({ userId }: DeviceLine, i: number): boolean =>
      lines.slice(i).filter((line) => line.userId === userId).length <= MAX_OF_PERSON;
    return lines.filter(isRecent).slice(-MAX_LINES);
  });
}

/**
 * A message that was sent under version `version` of the list of `userId` was not for a device that came later, and
 * still was for one that left later: what is said of those comes after it.
 */
export async function placeDeviceLines(
  tx: DeviceTx,
  conversationId: ConversationId,
  sent: { readonly userId: UserId; readonly version: number; readonly seq: number },
): Promise<void> {
  const isEarly = (line: DeviceLine): boolean =>
    line.userId === sent.userId && line.version > sent.version && line.afterSeq < sent.seq;
  await change(tx, conversationId, (lines) =>
    lines.some(isEarly) ? lines.map((line) => (isEarly(line) ? { ...line, afterSeq: sent.seq } : line)) : lines,
  );
}

async function change(
  tx: DeviceTx,
  conversationId: ConversationId,
  next: (lines: readonly DeviceLine[]) => readonly DeviceLine[],
): Promise<void> {
  const key = ROWS.conversation(conversationId);
  const row: ConversationRow | null = await tx.get(key);
  const before = row?.deviceLines ?? [];
  const deviceLines = next(before);
  if (row !== null && deviceLines !== before) tx.put(key, { ...row, deviceLines });
}
