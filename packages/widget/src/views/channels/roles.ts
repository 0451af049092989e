import type { ChannelState, ConversationMember } from '@seal-chat/client';

/** The person may change what a channel is called and who is in it. The server and the members' devices check it too. */
export function isManager(channel: ChannelState | null): boolean {
  return channel?.state === 'joined' && channel.ownRole !== 'member';
}

/** The person may ask others in. */
export function canInvite(channel: ChannelState | null): boolean {
  return isManager(channel) || (channel?.state === 'joined' && channel.visibility === 'public');
}

/** The person may remove `member`: owners everybody but owners, admins ordinary members. */
export function canRemove(channel: ChannelState | null, { role, isSelf }: ConversationMember): boolean {
  if (isSelf || !isManager(channel)) return false;
  return role === 'member' || (role === 'admin' && channel?.ownRole === 'owner');
}

/** The person may say what `member` may do. */
export function canSetRole(channel: ChannelState | null, { isSelf }: ConversationMember): boolean {
  return !isSelf && channel?.state === 'joined' && channel.ownRole === 'owner';
}
