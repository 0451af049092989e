import type { ChannelListStrings } from './channel-strings.ts';
import { plural } from './strings.ts';

/** English, for the list of conversations and the head of one. */
export const enChannelList: ChannelListStrings = {
  newChat: 'New',
  newDirect: 'Message a person',
  newChannel: 'Create a channel',
  browseChannels: 'Browse channels',
  mentionCount: (count) => plural('en', count, { one: '# mention of you', other: '# mentions of you' }),
  muted: 'Muted',
  details: 'Details',
  disappearing: 'Disappearing messages',
  joining: 'Joining…',
  notIn: 'You are no longer in this channel',
  broken: 'This channel’s keys do not match',
};
