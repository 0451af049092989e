import type { TemplateResult } from 'lit';
import type { ConversationSummary, Person, PresenceState } from '@seal-chat/client';
import { channelAvatar as signedAvatar, lockIcon, personAvatar } from '@seal-chat/ui';

/** A person's avatar, with their presence. */
export function avatar(person: Person | null, presence: PresenceState | null = null): TemplateResult {
  return personAvatar({ id: person?.userId ?? '', name: person?.username ?? null, presence });
}

/** A channel's avatar: a lock on private ones. */
export function channelAvatar(channelId: string, isPublic: boolean): TemplateResult {
  return signedAvatar(channelId, isPublic ? '#' : lockIcon);
}

/** The avatar of a conversation: that of the other person, or of the channel. */
export function conversationAvatar(summary: ConversationSummary | null): TemplateResult {
  const peer = summary?.peer ?? null;
  if (summary?.kind === 'self') return avatar(summary.members[0] ?? null);
  return summary === null || summary.channel === null
    ? avatar(peer, peer?.presence.state)
    : channelAvatar(summary.conversationId, summary.channel.visibility === 'public');
}
