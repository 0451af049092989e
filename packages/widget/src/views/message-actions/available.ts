import type { ConversationSummary, Message } from '@seal-chat/client';
import { textOf } from '../../messages/text.ts';

/** What can be done with one message, by this person, now. */
export interface Available {
  readonly reply: boolean;
  readonly react: boolean;
  readonly edit: boolean;
  readonly copy: boolean;
  readonly deleteForMe: boolean;
  readonly deleteForEveryone: boolean;
}

/** `isSignedIn` is false on a device that was removed: there everything can be read and nothing written. */
export function availableActions(
  message: Message,
  summary: ConversationSummary | null,
  isSignedIn: boolean,
): Available | null {
  const { kind } = message.content;
  if (message.seq === null || kind === 'event') return null;
  const channel = summary?.channel ?? null;
  const isHeldOff = summary?.isRequest === true || summary?.isBlocked === true;
  const canWrite = isSignedIn && !isHeldOff && (channel === null || channel.state === 'joined');
  const isSaid = kind === 'text' || kind === 'post';
  const moderates = channel !== null && channel.ownRole !== 'member';
  return {
    reply: canWrite && isSaid,
    react: canWrite && (isSaid || kind === 'invitation'),
    edit: canWrite && message.isOwn && textOf(message) !== '',
    copy: textOf(message) !== '',
    deleteForMe: true,
    deleteForEveryone: canWrite && kind !== 'deleted' && (message.isOwn || moderates),
  };
}
