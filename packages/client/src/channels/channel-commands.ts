import { COUNT_LIMITS, SealError, type ConversationId, type UserId } from '@seal-chat/protocol';
import type { ChannelAnswer, ChannelListing, MemberRole } from '@seal-chat/protocol/api';
import { encodeContent, type RichContent } from '@seal-chat/protocol/content';
import { expectMost } from '../api/answers.ts';
import { isModerator } from '../content/changes.ts';
import { type Deps } from '../context/deps.ts';
import { fetchDm, storeConversation } from '../conversations/conversation-rows.ts';
import { enqueue } from '../outbox/queue.ts';
import { activeAccount } from '../store/account.ts';
import { CHANNEL_ROWS, NEW_CHANNEL } from '../store/channel-rows.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, type ConversationRow } from '../store/rows.ts';
import { leaveChannel, putChannel } from './channel-state.ts';
import { checkedDescription, checkedName, foundChannel, type NewChannel } from './create-channel.ts';
import { refreshInvitations, closeInvitations } from './invitations.ts';
import { reconcile } from './reconcile.ts';

/**
 * What people do with channels. The server keeps who is a member; the leading tab brings the group up to date as soon
 * as it sees the request in the channel's row.
 */

export { encryption } from './encryption.ts';

/**
 * Makes a channel and takes `members` in.
 *
 * @throws SealError BAD_INPUT, NAME_TAKEN, OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function createChannel(deps: Deps, input: NewChannel): Promise<ConversationId> {
  const conversationId = await foundChannel(deps, input);
  const { members = [] } = input;
  if (members.length > 0) await add(deps, conversationId, members);
  return conversationId;
}

/** Public channels, by name. @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED */
export async function browseChannels(
  { api }: Deps,
  { query = '', after }: { readonly query?: string; readonly after?: string },
): Promise<readonly ChannelListing[]> {
  const limit = COUNT_LIMITS.page;
  return expectMost(await api.channels.browse.query({ query, after: after ?? null, limit }), limit);
}

/**
 * Becomes a member: of a public channel, or by invitation.
 *
 * @throws SealError NOT_FOUND, CHANNEL_FULL, OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function joinChannel(deps: Deps, conversationId: ConversationId): Promise<void> {
  const answer = await deps.api.channels.join.mutate({ conversationId });
  await deps.transact(async (tx) => {
    await storeConversation(tx, answer);
    await requestReconcile(tx, conversationId);
    await closeInvitations(tx, conversationId);
    const others = ((await tx.get(ROWS.invitations)) ?? []).filter((open) => open.conversationId !== conversationId);
    tx.put(ROWS.invitations, others);
  });
}

/** @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED */
export async function declineInvitation(deps: Deps, conversationId: ConversationId): Promise<void> {
  await deps.api.channels.decline.mutate({ conversationId });
  await refreshInvitations(deps);
}

/** @throws SealError FORBIDDEN, NAME_TAKEN, BAD_INPUT, OFFLINE, UNAVAILABLE, RATE_LIMITED */
export async function rename(deps: Deps, conversationId: ConversationId, name: string): Promise<void> {
  await changeProfile(deps, conversationId, { name: checkedName(name) });
}

/** @throws SealError FORBIDDEN, TOO_LARGE, OFFLINE, UNAVAILABLE, RATE_LIMITED */
export async function describe(deps: Deps, conversationId: ConversationId, text: string): Promise<void> {
  await changeProfile(deps, conversationId, { description: checkedDescription(text) });
}

/** Whether newcomers are handed the keys of recent messages. @throws SealError FORBIDDEN */
export async function setSharesHistory(deps: Deps, conversationId: ConversationId, isOn: boolean): Promise<void> {
  await changeProfile(deps, conversationId, { sharesHistory: isOn });
}

/**
 * Makes people members without asking them, and takes their devices in: what is written after this is for them too.
 *
 * @throws SealError FORBIDDEN, CHANNEL_FULL, OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function add(deps: Deps, conversationId: ConversationId, userIds: readonly UserId[]): Promise<void> {
  for (let at = 0; at < userIds.length; at += COUNT_LIMITS.page) {
    const page = userIds.slice(at, at + COUNT_LIMITS.page);
    await storeChange(deps, await deps.api.channels.add.mutate({ conversationId, userIds: page }));
  }
  // They are members whatever becomes of this; the leading tab tries again, and they can join on their own.
  await reconcile(deps, conversationId).catch(() => false);
}

/**
 * Asks people, each in the DM with them: the name of a private channel is nowhere else.
 *
 * @throws SealError FORBIDDEN, OFFLINE
 */
export async function invite(deps: Deps, conversationId: ConversationId, userIds: readonly UserId[]): Promise<void> {
  const { channel } = await conversationRow(deps, conversationId);
  await deps.api.channels.invite.mutate({ conversationId, userIds: [...userIds] });
  const { name, description = '' } = channel ?? {};
  for (const userId of userIds) {
    const dm = await fetchDm(deps, userId);
    await deps.transact(async (tx) => {
      await storeConversation(tx, dm);
      const content = { kind: 'invitation', channelId: conversationId, name: name ?? '', description } as const;
      await enqueue(deps, tx, dm.conversationId, encodeContent(content), { shown: { ...content, state: 'open' } });
    });
  }
}

/** @throws SealError FORBIDDEN, OFFLINE, UNAVAILABLE, RATE_LIMITED */
export async function remove(deps: Deps, conversationId: ConversationId, userId: UserId): Promise<void> {
  await storeChange(deps, await deps.api.channels.remove.mutate({ conversationId, userId }));
}

/** @throws SealError FORBIDDEN, OFFLINE, UNAVAILABLE, RATE_LIMITED */
export async function setRole(
  deps: Deps,
  conversationId: ConversationId,
  userId: UserId,
  role: MemberRole,
): Promise<void> {
  await storeChange(deps, await deps.api.channels.setRole.mutate({ conversationId, userId, role }));
}

/** Ends the membership; what is here stays readable. @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED */
export async function leave(deps: Deps, conversationId: ConversationId): Promise<void> {
  await deps.api.channels.leave.mutate({ conversationId });
  await deps.transact((tx) => leaveChannel(tx, conversationId));
}

async function storeChange(deps: Deps, answer: ChannelAnswer): Promise<void> {
  await deps.transact(async (tx) => {
    await storeConversation(tx, answer);
    await requestReconcile(tx, answer.conversationId);
  });
}

/** The group is to follow at once: the leading tab sees the row change. */
async function requestReconcile(tx: DeviceTx, conversationId: ConversationId): Promise<void> {
  const known = await tx.get(CHANNEL_ROWS.channel(conversationId));
  const { incarnation, epoch } = known ?? NEW_CHANNEL;
  const row = known === null || known.status === 'left' ? { ...NEW_CHANNEL, incarnation, epoch } : known;
  await putChannel(tx, conversationId, { ...row, reconcileRequests: row.reconcileRequests + 1 });
}

async function changeProfile(
  deps: Deps,
  conversationId: ConversationId,
  change: Partial<Omit<Extract<RichContent, { kind: 'profile' }>, 'kind'>>,
): Promise<void> {
  const row = await conversationRow(deps, conversationId);
  const { channel } = row;
  if (channel === undefined) throw new SealError('NOT_FOUND', 'channel: this conversation is not a channel');
  // Sealed, so that the others check it, not the server.
  if (!isModerator(row, (await activeAccount(deps.reader)).userId)) throw new SealError('FORBIDDEN');
  const { description, sharesHistory } = channel;
  const profile = { name: channel.name ?? '', description, sharesHistory, ...change };
  if (profile.name === '') throw new SealError('UNAVAILABLE', 'channel: its name is not known yet');
  const isNamed = change.name !== undefined || change.description !== undefined;
  if (channel.visibility === 'public' && isNamed) {
    const { name } = profile;
    await storeChange(
      deps,
      await deps.api.channels.update.mutate({ conversationId, name, description: profile.description }),
    );
    if (change.sharesHistory === undefined && change.name === undefined) return;
  }
  await deps.transact((tx) => enqueue(deps, tx, conversationId, encodeContent({ kind: 'profile', ...profile })));
}

async function conversationRow({ reader }: Deps, conversationId: ConversationId): Promise<ConversationRow> {
  const row = await reader.get(ROWS.conversation(conversationId));
  if (row === null) throw new SealError('NOT_FOUND', 'conversation: not known on this device');
  return row;
}
