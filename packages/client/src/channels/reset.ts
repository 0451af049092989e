import { DEFAULT_SUITE, createGroup } from '@seal-chat/crypto/mls';
import { toBase64, type ConversationId } from '@seal-chat/protocol';
import { activeAccount } from '../store/account.ts';
import { type Deps } from '../context/deps.ts';
import { ROWS } from '../store/rows.ts';
import { catchUp } from './catch-up.ts';
import { CHANNEL_ROWS, type ChannelRow } from '../store/channel-rows.ts';
import { putChannel, wipeGroup } from './channel-state.ts';
import { groupName, identityOf, mlsDeps } from './mls-context.ts';

/** Owners and admins may begin a new group. */
export async function mayReset({ reader }: Pick<Deps, 'reader'>, conversationId: ConversationId): Promise<boolean> {
  const { userId } = await activeAccount(reader);
  const conversation = await reader.get(ROWS.conversation(conversationId));
  const role = conversation?.members.find((member) => member.userId === userId)?.role ?? 'member';
  return role !== 'member';
}

/**
 * Begins a new group in the place of one that no member can go on in. The others join it when they read of it.
 *
 * @throws SealError CONFLICT when another device was quicker; FORBIDDEN when no member has reported the old one;
 *   OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function resetGroup(deps: Deps, conversationId: ConversationId, row: ChannelRow): Promise<'again'> {
  const account = await activeAccount(deps.reader);
  const incarnation = row.incarnation + 1;
  const group = groupName(account, conversationId, incarnation);
  const identity = identityOf(account);
  const { state, groupInfo, authenticator } = await createGroup(mlsDeps(deps), {
    suite: DEFAULT_SUITE,
    group,
    identity,
  });
  const { seq } = await deps.api.channels.reset.mutate({
    conversationId,
    incarnation,
    groupInfo: toBase64(groupInfo),
    authenticator: toBase64(authenticator),
  });
  await deps.transact(async (tx) => {
    const now = await tx.get(CHANNEL_ROWS.channel(conversationId));
    if (now === null || now.incarnation !== row.incarnation) return;
    // Up to the reset the log is followed without keys.
    await wipeGroup(tx, conversationId);
    const { userId, deviceId } = identity;
    tx.put(CHANNEL_ROWS.pending(conversationId), {
      kind: 'reset',
      commitId: null,
      seq,
      incarnation,
      epoch: -1,
      next: { state, authenticator, leaves: [{ userId, deviceId }] },
      request: null,
      mustRefresh: false,
    });
    await putChannel(tx, conversationId, { ...now, status: 'joining' });
  });
  await catchUp(deps, conversationId);
  return 'again';
}
