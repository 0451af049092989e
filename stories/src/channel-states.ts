import { SealError, type ConversationId, type Message, type Person } from '@seal-chat/client';
import { CREW, INVITATIONS, TALK, channel, crowd, listings, type ChannelOptions } from './channel-seeds.ts';
import type { FakeSeed } from './fake-client.ts';
import { CHAT, SIGNED_IN, conversationId, dialogue, inbox, person, summary } from './seeds.ts';

/** Every state of channels worth looking at, as what the fake client starts with. */

const PEOPLE: readonly Person[] = [person(1, 'bob'), person(11, 'bobby'), person(12, 'bo.andersson')];

/** An inbox that begins with these channels. */
function withChannels(...channels: readonly ChannelOptions[]): FakeSeed {
  const { conversations, messages } = inbox();
  const made = channels.map((options, i) => channel(i === 0 ? 0 : 20 + i, options));
  const rest = conversations.slice(1);
  return {
    account: SIGNED_IN,
    people: PEOPLE,
    conversations: [...made.map((one) => one.summary), ...rest],
    messages: new Map<ConversationId, readonly Message[]>([
      ...[...messages].slice(1),
      ...made.map((one) => [one.summary.conversationId, one.messages] as const),
    ]),
  };
}

const LONG = 'donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';
const direct = dialogue(conversationId(0), person(1, 'bob'), CHAT);

export const channelStates = {
  channel: withChannels({}),
  channelRows: withChannels(
    { unreadCount: 3, mentionCount: 1 },
    { name: 'night-watch', visibility: 'private', unreadCount: 12, isMuted: true },
    { name: 'regatta', draft: 'I would rather not, but' },
    { name: 'berths', typing: 1 },
    { name: 'tides', state: 'joining', lines: [] },
    { name: 'sails', state: 'left' },
    { name: 'crane', state: 'broken' },
    { name: null, visibility: 'private', lines: [] },
    { name: 'files', lines: [...TALK, { from: 0, ago: 60_000, content: { kind: 'deleted', isConfirmed: true } }] },
  ),
  channelOwner: withChannels({ ownRole: 'owner', visibility: 'private', sharesHistory: true, timerSeconds: 86_400 }),
  channelAdmin: withChannels({ ownRole: 'admin', untrusted: 1 }),
  channelMuted: withChannels({ isMuted: true, timerSeconds: 604_800 }),
  channelTyping: withChannels({ typing: 2 }),
  channelNew: withChannels({ lines: [], cast: [], ownRole: 'owner', description: '' }),
  channelJoining: withChannels({ state: 'joining', lines: [] }),
  channelLeft: withChannels({ state: 'left', visibility: 'private' }),
  channelLeftPublic: { ...withChannels({ state: 'left' }), joinError: new SealError('CHANNEL_FULL') },
  channelBroken: withChannels({ state: 'broken' }),
  channelCrowd: withChannels({ cast: crowd(140), memberCount: 141, lines: [] }),
  channelLong: withChannels({
    name: `${LONG} ${LONG}`.slice(0, 80),
    description: `${LONG}\n\nA text of several paragraphs. `.repeat(4),
    ownRole: 'owner',
    unreadCount: 1234,
    mentionCount: 3,
    cast: [[person(1, 'bartholomew-maximilian-vonder.k'), 'admin', 'online'], ...CREW],
  }),
  channelForbidden: { ...withChannels({ ownRole: 'owner' }), controlsError: new SealError('FORBIDDEN') },
  channelFull: { ...withChannels({ ownRole: 'admin' }), controlsError: new SealError('CHANNEL_FULL') },
  channelRenameTaken: { ...withChannels({ ownRole: 'admin' }), controlsError: new SealError('NAME_TAKEN') },
  invitations: { ...withChannels({}), invitations: INVITATIONS },
  invitationGone: {
    ...withChannels({}),
    invitations: INVITATIONS.slice(0, 1),
    joinError: new SealError('NOT_FOUND'),
  },
  publicChannels: { ...withChannels({}), channels: listings(130) },
  noPublicChannels: withChannels({}),
  publicChannelsOffline: { ...withChannels({}), browseError: new SealError('OFFLINE') },
  publicChannelFull: { ...withChannels({}), channels: listings(5), joinError: new SealError('CHANNEL_FULL') },
  channelNameTaken: { ...withChannels({}), createChannelError: new SealError('NAME_TAKEN') },
  channelCreationFails: { ...withChannels({}), createChannelError: new SealError('OFFLINE') },
  channelBeingMade: { ...withChannels({}), isSlow: true },
  directDetails: {
    account: SIGNED_IN,
    people: PEOPLE,
    conversations: [
      { ...summary(conversationId(0), person(1, 'bob'), direct, { presence: 'online' }), timerSeconds: 3_600 },
    ],
    messages: new Map([[conversationId(0), direct]]),
    safetyNumber: '482913056177402958613300745218094467152983670241558890317246',
  },
} satisfies Record<string, FakeSeed>;
