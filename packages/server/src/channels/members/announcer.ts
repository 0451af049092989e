import { SealError, type ConversationId, type TenantId, type UserId } from '@seal-chat/protocol';
import type { ChannelAnswer } from '@seal-chat/protocol/api';
import type { SqlDoor } from '../../db/doors.ts';
import type { Bus } from '../../bus/bus.ts';
import { findConversation, MAX_COMPANY } from '../../conversations/lookup.ts';
import type { Presence } from '../../presence/presence.ts';
import type { Audience } from '../../delivery/audience.ts';
import type { ChannelRef } from '../store.ts';
import { findMemberIds } from './store.ts';

/** Tells people about changes of a channel, after the commit. */
export interface Announcer {
  /**
   * The members or the description of the channel have changed. In a channel of more than `MAX_COMPANY` people only those
   * `concerned` are told at once what it looks like now: it would grow with the square of the members.
   */
  changed(ref: ChannelRef, concerned: readonly UserId[]): Promise<void>;
  /** People became members: they and the others are told of each other. */
  joined(ref: ChannelRef, newcomers: readonly UserId[]): Promise<void>;
  /** A user is no longer a member. */
  left(ref: ChannelRef, userId: UserId): Promise<void>;
  /** The invitations of some people have changed. */
  invitations(tenantId: TenantId, userIds: readonly UserId[]): void;
  /** The channel as its members see it. @throws SealError NOT_A_MEMBER when it no longer exists */
  answer(tenantId: TenantId, conversationId: ConversationId): Promise<ChannelAnswer>;
}

export function createAnnouncer(deps: {
  readonly sql: SqlDoor;
  readonly bus: Bus;
  readonly audience: Audience;
  readonly presence: Pick<Presence, 'eventOf'>;
}): Announcer {
  const { sql, bus, audience, presence } = deps;

  function tellHeads({ tenantId, conversationId }: ChannelRef): void {
    bus.publish({ kind: 'channel-heads', tenantId, conversationIds: [conversationId] });
  }

  function tellConversation(
    { tenantId, conversationId }: ChannelRef,
    members: readonly UserId[],
    concerned: readonly UserId[],
  ): void {
    const told = members.length <= MAX_COMPANY ? members : members.filter((member) => concerned.includes(member));
    audience.tell(tenantId, told, { type: 'conversation', conversationId });
  }

  /** Tells connected members of each other's presence, as a new connection would be told. */
  function introduce(tenantId: TenantId, members: readonly UserId[], newcomers: readonly UserId[]): void {
    if (members.length > MAX_COMPANY) return;
    for (const member of members) {
      const event = presence.eventOf(tenantId, member);
      if (event === null) continue;
      const others = newcomers.includes(member) ? members : newcomers;
      audience.tell(
        tenantId,
        others.filter((other) => other !== member),
        event,
      );
    }
  }

  async function changed(ref: ChannelRef, concerned: readonly UserId[]): Promise<void> {
    tellConversation(ref, await findMemberIds(sql.of(ref.tenantId), ref), concerned);
    tellHeads(ref);
  }

  return {
    changed,

    async joined(ref, newcomers) {
      const members = await findMemberIds(sql.of(ref.tenantId), ref);
      tellConversation(ref, members, newcomers);
      tellHeads(ref);
      introduce(ref.tenantId, members, newcomers);
    },

    async left(ref, userId) {
      audience.tell(ref.tenantId, [userId], { type: 'conversation-gone', conversationId: ref.conversationId });
      await changed(ref, []);
    },

    invitations: (tenantId, userIds) => audience.tell(tenantId, userIds, { type: 'invitations' }),

    async answer(tenantId, conversationId) {
      const conversation = await findConversation(sql.of(tenantId), tenantId, conversationId);
      if (conversation?.kind !== 'channel') throw new SealError('NOT_A_MEMBER');
      return { ...conversation, kind: 'channel' };
    },
  };
}
