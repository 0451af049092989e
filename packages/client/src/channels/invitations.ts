import { COUNT_LIMITS, type ConversationId, type UserId } from '@seal-chat/protocol';
import { expectIds, expectMost } from '../api/answers.ts';
import type { FetchDeps, Deps } from '../context/deps.ts';
import type { Invitation } from '../model/conversation.ts';
import { isClearName } from './clear-names.ts';
import { learnName } from '../conversations/names.ts';
import type { DeviceTx, RowReader } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';
import { isSame } from '../state/is-same.ts';

/** Fetches who asks the person into which channels. @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED */
export async function refreshInvitations(deps: FetchDeps): Promise<void> {
  const answers = expectMost(await deps.api.channels.invitations.query({}), COUNT_LIMITS.conversations);
  expectIds(...answers.flatMap(({ conversationId, inviterUserId }) => [conversationId, inviterUserId]));
  await deps.transact(async (tx) => {
    const before = (await tx.get(ROWS.invitations)) ?? [];
    const invitations: Invitation[] = [];
    for (const { conversationId, visibility, name, inviterUserId, inviterName, memberCount } of answers) {
      invitations.push({
        conversationId,
        // The server does not know what a private channel is called; who asks says so in their DM.
        name: visibility === 'public' ? name : await nameSaidBy(tx, inviterUserId, conversationId),
        visibility,
        inviter: { userId: inviterUserId, username: await learnName(tx, inviterUserId, inviterName) },
        memberCount,
      });
    }
    if (!isSame(invitations, before)) tx.put(ROWS.invitations, invitations);
    const open = new Set(invitations.map(({ conversationId }) => conversationId));
    for (const { conversationId } of before) if (!open.has(conversationId)) await closeInvitations(tx, conversationId);
  });
}

/** Names that have arrived since the invitations were fetched. */
export async function nameInvitations(deps: Pick<Deps, 'transact'>): Promise<void> {
  await deps.transact(async (tx) => {
    const before = (await tx.get(ROWS.invitations)) ?? [];
    const named: Invitation[] = [];
    for (const invitation of before) {
      const { conversationId, inviter, name } = invitation;
      named.push({ ...invitation, name: name ?? (await nameSaidBy(tx, inviter.userId, conversationId)) });
    }
    if (!isSame(named, before)) tx.put(ROWS.invitations, named);
  });
}

async function nameSaidBy(reader: RowReader, userId: UserId, channelId: ConversationId): Promise<string | null> {
  for (const { value } of (await reader.list(ROWS.invitationsTo(channelId))).toReversed()) {
    const message = await reader.get(ROWS.message(value.conversationId, value.seq));
    if (message?.content.kind !== 'invitation' || message.senderUserId !== userId) continue;
    if (isClearName(message.content.name)) return message.content.name;
  }
  return null;
}

/** The messages that ask into a channel say what has become of that. */
export async function closeInvitations(tx: DeviceTx, channelId: ConversationId): Promise<void> {
  const state = (await tx.get(ROWS.conversation(channelId)))?.channel?.state;
  const isIn = state === 'joining' || state === 'joined' || state === 'broken';
  for (const { value } of await tx.list(ROWS.invitationsTo(channelId))) {
    const { conversationId, seq } = value;
    const key = ROWS.message(conversationId, seq);
    const message = await tx.get(key);
    if (message?.content.kind !== 'invitation') continue;
    const next = isIn ? 'accepted' : 'gone';
    if (message.content.state === next) continue;
    tx.put(key, { ...message, content: { ...message.content, state: next } });
    tx.announce({ type: 'changed', conversationId, seq });
  }
}
