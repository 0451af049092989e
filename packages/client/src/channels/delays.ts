import type { ConversationId } from '@seal-chat/protocol';
import { activeAccount } from '../store/account.ts';
import { type Deps } from '../context/deps.ts';
import { ROWS } from '../store/rows.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';

/** A device that has changed something, or joins on its own, is quicker. */
const FIRST_MS = 3_000;
/** The same for devices that come in. */
const JOIN_MS = 500;
/** Spread for each member of a large channel, and the most of it. */
const JOIN_STEP_MS = 50;
const MAX_JOIN_MS = 20_000;
const STEP_MS = 400;
const MAX_RANK = 25;

/**
 * How long this device waits before it brings a group up to date that another device has changed: each leaf longer than
 * the one before, so that one does it and the others find it done. Those of admins come last, who would seem to
 * have removed members who left.
 *
 * @returns ms
 */
export async function reconcileDelay(deps: Pick<Deps, 'reader'>, conversationId: ConversationId): Promise<number> {
  const { device } = await activeAccount(deps.reader);
  const group = await deps.reader.get(CHANNEL_ROWS.group(conversationId));
  const conversation = await deps.reader.get(ROWS.conversation(conversationId));
  const admins = new Set(conversation?.members.filter(({ role }) => role !== undefined).map(({ userId }) => userId));
  const leaves = (group?.leaves ?? []).toSorted(
    (a, b) => Number(admins.has(a.userId)) - Number(admins.has(b.userId)) || (a.deviceId < b.deviceId ? -1 : 1),
  );
  const rank = leaves.findIndex(({ deviceId }) => deviceId === device.deviceId);
  return FIRST_MS + Math.min(Math.max(rank, 0), MAX_RANK) * STEP_MS + Math.random() * STEP_MS;
}

/** A device that others may be letting in just now gives them a moment; after a reset all come at once. In ms. */
export async function joinDelay({ reader }: Pick<Deps, 'reader'>, conversationId: ConversationId): Promise<number> {
  const members = (await reader.get(ROWS.conversation(conversationId)))?.members.length ?? 0;
  return JOIN_MS + Math.random() * Math.min(MAX_JOIN_MS, Math.max(JOIN_MS, members * JOIN_STEP_MS));
}

/** Whether a device that is no longer on its list is one of this account: its person wants it out. */
export async function isOwnAffair({ reader }: Pick<Deps, 'reader'>, conversationId: ConversationId): Promise<boolean> {
  const { userId } = await activeAccount(reader);
  const row = await reader.get(CHANNEL_ROWS.channel(conversationId));
  const group = await reader.get(CHANNEL_ROWS.group(conversationId));
  return group?.leaves.some((leaf) => leaf.userId === userId && row?.unlisted.includes(leaf.deviceId)) ?? false;
}
