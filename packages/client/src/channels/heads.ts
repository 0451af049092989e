import { encodeContent } from '@seal-chat/protocol/content';
import { COUNT_LIMITS, type ConversationId } from '@seal-chat/protocol';
import type { ChannelHead } from '@seal-chat/protocol/api';
import { expectCount, expectIds, expectMost } from '../api/answers.ts';
import { learnConversations } from '../conversations/conversation-rows.ts';
import type { Deps } from '../context/deps.ts';
import { enqueue } from '../outbox/queue.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, placeOf } from '../store/rows.ts';
import { CHANNEL_ROWS, NEW_CHANNEL, type ChannelRow } from '../store/channel-rows.ts';
import { leaveChannel, putChannel, wipeGroup } from './channel-state.ts';

/** The server has answered by then, ms. */
const CREATION_MS = 10 * 60 * 1000;

/** What is to be done with a channel after a look at where its log ends. */
interface HeadNews {
  readonly conversationId: ConversationId;
  readonly row: ChannelRow;
  /** Where its log ends, as the server says. */
  readonly lastSeq: number;
  /** The log goes on. */
  readonly isBehind: boolean;
  /** The group's devices are not those they should be, or this device is not in it. */
  readonly needsWork: boolean;
}

/**
 * Compares the channels of the account, as the server lists them, with those here: new ones begin to be joined, ones
 * that are gone are left.
 *
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function readHeads(deps: Deps): Promise<readonly HeadNews[]> {
  const heads = await deps.api.channels.heads.query({});
  for (const { conversationId, lastSeq } of expectMost(heads, COUNT_LIMITS.conversations)) {
    expectIds(conversationId);
    expectCount(lastSeq);
  }
  await learnConversations(
    deps,
    heads.map(({ conversationId }) => conversationId),
  );
  const channels: ChannelHead[] = [];
  for (const head of heads) {
    // What is no channel here, because it was rejected or is a DM, the server cannot make one by listing it.
    if ((await deps.reader.get(ROWS.conversation(head.conversationId)))?.kind === 'channel') channels.push(head);
  }
  const listed = new Set(heads.map(({ conversationId }) => conversationId));
  await deps.transact(async (tx) => {
    for (const { key, value } of await tx.list(CHANNEL_ROWS.channels)) {
      const { conversationId } = placeOf(key);
      if (listed.has(conversationId)) continue;
      if (value.status !== 'creating') await leaveChannel(tx, conversationId);
      // It may be on its way to the server just now.
      else if (deps.now() - value.leafAt > CREATION_MS) await forgetCreation(tx, conversationId);
    }
  });
  const news: HeadNews[] = [];
  for (const head of channels) news.push(await deps.transact((tx) => newsOf(deps, tx, head)));
  return news;
}

async function newsOf(
  deps: Deps,
  tx: DeviceTx,
  { conversationId, lastSeq, isPending }: ChannelHead,
): Promise<HeadNews> {
  const known = await tx.get(CHANNEL_ROWS.channel(conversationId));
  let row = known ?? NEW_CHANNEL;
  if (known === null || known.status === 'left') {
    row = { ...NEW_CHANNEL, incarnation: row.incarnation, epoch: row.epoch };
    await putChannel(tx, conversationId, row);
  }
  if (row.status === 'creating') row = await finishCreation(deps, tx, conversationId, row);
  const hasPending = (await tx.get(CHANNEL_ROWS.pending(conversationId))) !== null;
  return {
    conversationId,
    row,
    lastSeq,
    isBehind: row.processedSeq !== null && row.processedSeq !== lastSeq,
    needsWork: isPending || hasPending || row.status !== 'joined' || row.mustRefresh || row.isStale === true,
  };
}

/** The server has the channel: its founder is in it, and says what it is called. */
export async function finishCreation(
  deps: Deps,
  tx: DeviceTx,
  conversationId: ConversationId,
  { creating, ...rest }: ChannelRow,
): Promise<ChannelRow> {
  const row: ChannelRow = { ...rest, status: 'joined', processedSeq: 0 };
  await putChannel(tx, conversationId, row);
  const conversation = await tx.get(ROWS.conversation(conversationId));
  if (creating === undefined || conversation?.channel?.visibility !== 'private') return row;
  const { name, description } = creating;
  tx.put(ROWS.conversation(conversationId), {
    ...conversation,
    channel: { ...conversation.channel, state: 'joined', name, description },
  });
  await enqueue(deps, tx, conversationId, encodeContent({ kind: 'profile', name, description, sharesHistory: false }));
  return row;
}

/** The server does not have it: the caller who asked for it was told so, or asks again. */
export async function forgetCreation(tx: DeviceTx, conversationId: ConversationId): Promise<void> {
  await wipeGroup(tx, conversationId);
  tx.delete(CHANNEL_ROWS.channel(conversationId));
}
