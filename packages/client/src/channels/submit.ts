import { isSealError, toBase64, type ConversationId, type ErrorCode } from '@seal-chat/protocol';
import type { CommitAnswer } from '@seal-chat/protocol/api';
import type { Deps } from '../context/deps.ts';
import { catchUp } from './catch-up.ts';
import { CHANNEL_ROWS, type PendingRow } from '../store/channel-rows.ts';
import { putChannel, wipeGroup } from './channel-state.ts';

/** The group has moved on, or a device that must be removed was not. */
const LOST: ReadonlySet<ErrorCode> = new Set(['EPOCH_STALE', 'REMOVE_PENDING', 'CONFLICT']);

/**
 * Sends the step of the group that is pending, in whatever state an earlier attempt left it: the same bytes under the
 * same id, which the server answers as the first time. Accepted, it becomes the group's state when its entry of the log
 * is taken, like every other one; lost, it is thrown away, and a caller that wants it makes a new one.
 *
 * @returns `none` when nothing is pending
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED: it stays pending; others: it is thrown away
 */
export async function submitPending(deps: Deps, conversationId: ConversationId): Promise<'none' | 'accepted' | 'lost'> {
  const pending = await deps.reader.get(CHANNEL_ROWS.pending(conversationId));
  if (pending === null) return 'none';
  if (pending.request !== null) {
    try {
      await noteAccepted(deps, conversationId, pending, await transmit(deps, conversationId, pending));
    } catch (error) {
      if (isSealError(error) && error.isRetryable && !LOST.has(error.code)) throw error;
      // Perhaps it is in the log although the answer is gone: what is there decides.
      await catchUp(deps, conversationId);
      await dropPending(deps, conversationId, pending);
      if (isSealError(error) && LOST.has(error.code)) return 'lost';
      throw error;
    }
  }
  await catchUp(deps, conversationId);
  return 'accepted';
}

function transmit(deps: Deps, conversationId: ConversationId, pending: PendingRow): Promise<CommitAnswer> {
  const { commit, welcome, groupInfo, adds, removes } = pending.request!;
  return deps.api.channels.commit.mutate({
    conversationId,
    commitId: pending.commitId!,
    incarnation: pending.incarnation,
    epoch: pending.epoch,
    commit: toBase64(commit),
    welcome: welcome && toBase64(welcome),
    groupInfo: toBase64(groupInfo),
    authenticator: toBase64(pending.next.authenticator),
    adds: adds.map(({ userId, deviceId }) => ({ userId, deviceId })),
    removes: [...removes],
    isExternal: pending.kind === 'external',
  });
}

/** A device that has joined again is no longer in the old state: it follows the log without keys up to its join. */
async function noteAccepted(
  deps: Deps,
  conversationId: ConversationId,
  pending: PendingRow,
  { seq }: CommitAnswer,
): Promise<void> {
  if (pending.kind !== 'external') return;
  await deps.transact(async (tx) => {
    const row = await tx.get(CHANNEL_ROWS.channel(conversationId));
    const now = await tx.get(CHANNEL_ROWS.pending(conversationId));
    // Another tab has taken the entry already.
    if (row === null || now?.commitId !== pending.commitId) return;
    await wipeGroup(tx, conversationId);
    await putChannel(tx, conversationId, {
      ...row,
      status: 'joining',
      // Only what was accepted counts: of several devices that join again at once all but one have to try once more.
      rejoinedAt: row.status === 'broken' ? deps.now() : row.rejoinedAt,
      processedSeq: Math.min(row.processedSeq ?? Infinity, seq - 1),
    });
  });
}

async function dropPending(deps: Deps, conversationId: ConversationId, pending: PendingRow): Promise<void> {
  await deps.transact(async (tx) => {
    const now = await tx.get(CHANNEL_ROWS.pending(conversationId));
    if (now?.commitId === pending.commitId) tx.delete(CHANNEL_ROWS.pending(conversationId));
  });
}
