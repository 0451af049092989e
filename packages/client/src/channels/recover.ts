import { isSealError, type ConversationId, type SealError } from '@seal-chat/protocol';
import type { GroupAnswer } from '@seal-chat/protocol/api';
import type { Deps } from '../context/deps.ts';
import { CHANNEL_ROWS, type ChannelRow } from '../store/channel-rows.ts';
import { REJOIN_INTERVAL_MS } from './join.ts';
import { resetGroup, mayReset } from './reset.ts';

type Outcome = 'done' | 'again' | 'later';

/**
 * A channel whose log does not go on from the state that is here: says so to the server, and joins the group as it is
 * now, which is authentic when its members are. Where even that is not possible, an owner or admin begins a new group.
 */
export async function handleBroken(
  deps: Deps,
  conversationId: ConversationId,
  at: {
    readonly row: ChannelRow;
    readonly group: GroupAnswer;
    readonly rejoin: (deps: Deps, conversationId: ConversationId, group: GroupAnswer) => Promise<Outcome>;
  },
): Promise<Outcome> {
  const { row, group, rejoin } = at;
  if (row.rejoinedAt !== null && deps.now() - row.rejoinedAt < REJOIN_INTERVAL_MS) return 'later';
  const { incarnation, epoch } = row;
  try {
    await deps.api.channels.report.mutate({ conversationId, incarnation, epoch });
  } catch (error) {
    // The group was reset meanwhile, or the Commit is older than the server's memory.
    if (!isSealError(error) || isPassing(error)) throw error;
  }
  // What was pending has had its chance just now.
  await deps.transact(async (tx) => {
    if ((await tx.get(CHANNEL_ROWS.pending(conversationId))) !== null) tx.delete(CHANNEL_ROWS.pending(conversationId));
  });
  try {
    return await rejoin(deps, conversationId, group);
  } catch (error) {
    if (!isSealError(error) || isPassing(error)) throw error;
    deps.report(error);
    if (!(await mayReset(deps, conversationId))) return 'later';
    return resetGroup(deps, conversationId, row);
  }
}

/** The network's failure, or a limit's. That the group is not one to join stays as it is. */
function isPassing({ code, isRetryable }: SealError): boolean {
  return isRetryable && code !== 'EPOCH_STALE' && code !== 'UNVERIFIED_DEVICE';
}
