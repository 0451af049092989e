import type {
  ChannelListing,
  ChannelState,
  ConversationId,
  ConversationMember,
  ConversationSummary,
  Invitation,
  MemberRole,
  Message,
  MessageId,
  MessageView,
  Person,
  PresenceState,
} from '@seal-chat/client';
import { NOW, SIGNED_IN, conversationId, person } from './seeds.ts';

/** Channels that stories are made of. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A member besides the person of the story: who, role, presence. */
export type CastMember = readonly [person: Person, role?: MemberRole, presence?: PresenceState];

export const CREW: readonly CastMember[] = [
  [person(1, 'bob'), 'admin', 'online'],
  [person(2, 'mira.lindqvist'), 'member', 'online'],
  [person(3, 'jonas'), 'member', 'away'],
  [person(4, 'harbour-office'), 'owner'],
  [person(5, 'ليلى'), 'member'],
  [person(6, null), 'member'],
];

/** One message in a channel: of a member by place in the cast, or of the person of the story. */
export interface ChannelLine {
  readonly from: number | 'me';
  readonly ago: number;
  readonly text?: string;
  readonly content?: MessageView;
}

export const TALK: readonly ChannelLine[] = [
  { from: 3, ago: 26 * HOUR, content: { kind: 'event', event: { type: 'profile', name: 'spring-launch' } } },
  { from: 3, ago: 25 * HOUR, text: 'Slips are open from Monday. Please say here when you want the crane.' },
  { from: 0, ago: 3 * HOUR, text: 'We would take nine o’clock on Monday.' },
  { from: 1, ago: 2.9 * HOUR, text: 'And we ten, if the wind lets us.' },
  { from: 'me', ago: 2 * HOUR, text: 'I can bring the slings for both.' },
  { from: 2, ago: 40 * MINUTE, text: 'Who has the key for the shed?' },
  { from: 1, ago: 38 * MINUTE, text: 'It hangs where it always hangs 😄' },
];

/** What may differ about a channel. */
export interface ChannelOptions extends Partial<ChannelState> {
  readonly name?: string | null;
  readonly description?: string;
  readonly cast?: readonly CastMember[];
  readonly lines?: readonly ChannelLine[];
  readonly unreadCount?: number;
  readonly mentionCount?: number;
  readonly isMuted?: boolean;
  readonly timerSeconds?: number;
  readonly draft?: string;
  /** Place in the cast of who is writing. */
  readonly typing?: number;
  /** Place in the cast of whose keys have changed. */
  readonly untrusted?: number;
}

/** A channel and its messages. */
export function channel(
  index: number,
  options: ChannelOptions = {},
): { readonly summary: ConversationSummary; readonly messages: readonly Message[] } {
  const id = conversationId(index);
  const { cast = CREW, lines = TALK, ownRole = 'member', unreadCount = 0 } = options;
  const messages = lines.map((line, i): Message => channelMessage(id, cast, line, i));
  const last = messages.at(-1) ?? null;
  const members: readonly ConversationMember[] = [
    member([{ userId: SIGNED_IN.userId, username: SIGNED_IN.username }, ownRole, 'online'], { isSelf: true }),
    ...cast.map((one, i) =>
      member(one, { isTyping: options.typing === i, isIdentityTrusted: options.untrusted !== i }),
    ),
  ];
  const summary: ConversationSummary = {
    conversationId: id,
    kind: 'channel',
    members,
    peer: null,
    lastMessage: last,
    lastActivityAt: last?.acceptedAt ?? NOW,
    unreadCount,
    mentionCount: options.mentionCount ?? 0,
    readSeq: messages.length - unreadCount,
    name: options.name === undefined ? 'spring-launch' : options.name,
    description: options.description ?? 'Who takes which slip when, and who brings what.',
    channel: {
      visibility: options.visibility ?? 'public',
      ownRole,
      memberCount: options.memberCount ?? members.length,
      state: options.state ?? 'joined',
      sharesHistory: options.sharesHistory ?? false,
    },
    isMuted: options.isMuted ?? false,
    isPinned: false,
    isArchived: false,
    isRequest: false,
    isBlocked: false,
    timerSeconds: options.timerSeconds ?? 0,
    draft: options.draft ?? '',
  };
  return { summary, messages };
}

function member(
  [who, role = 'member', state = 'offline']: CastMember,
  more: Partial<ConversationMember>,
): ConversationMember {
  return {
    ...who,
    isSelf: false,
    presence: { state, lastSeenAt: null },
    isTyping: false,
    isIdentityTrusted: true,
    verification: 'none',
    isBlocked: false,
    role,
    ...more,
  };
}

function channelMessage(id: ConversationId, cast: readonly CastMember[], line: ChannelLine, index: number): Message {
  const isOwn = line.from === 'me';
  const sender = line.from === 'me' ? SIGNED_IN : cast[line.from]![0];
  return {
    messageId: `0000000c-0000-4000-8000-${(index + 1).toString(16).padStart(12, '0')}` as MessageId,
    conversationId: id,
    seq: index + 1,
    senderUserId: sender.userId,
    senderDeviceId: SIGNED_IN.deviceId,
    isOwn,
    sentAt: NOW - line.ago,
    acceptedAt: NOW - line.ago,
    content: line.content ?? { kind: 'text', text: line.text ?? '' },
    status: isOwn ? 'delivered' : null,
    failure: null,
    editedAt: null,
    reactions: [],
    expiresAt: null,
    unusualLifetime: null,
    mentionsSelf: false,
    isShared: false,
  };
}

/** As many people as `count`, to fill a channel with. */
export function crowd(count: number): readonly CastMember[] {
  const names = ['ada', 'bea', 'carl', 'dana', 'emil', 'finn', 'greta', 'hugo', 'ines', 'jan'];
  return Array.from({ length: count }, (_, i) => [
    person(100 + i, `${names[i % names.length]!}.${i + 1}`),
    i === 0 ? 'owner' : 'member',
    i % 3 === 0 ? 'online' : 'offline',
  ]);
}

/** Public channels to look through. */
export function listings(count: number): readonly ChannelListing[] {
  const names = [
    'announcements',
    'berths',
    'crane',
    'harbour',
    'lost-and-found',
    'regatta',
    'sails',
    'tides',
    'weather',
  ];
  return Array.from({ length: count }, (_, i) => ({
    conversationId: conversationId(50 + i),
    name: i < names.length ? names[i]! : `${names[i % names.length]!}-${Math.floor(i / names.length) + 1}`,
    description:
      i % 3 === 1
        ? ''
        : 'What is going on at the harbour, who needs a hand, and everything else that does not fit elsewhere. New here? Say hello.',
    memberCount: (i * 37) % 400 || 1,
    isMember: i % 4 === 2,
  }));
}

export const INVITATIONS: readonly Invitation[] = [
  {
    conversationId: conversationId(90),
    name: 'night-watch',
    visibility: 'private',
    inviter: person(2, 'mira.lindqvist'),
    memberCount: 4,
  },
  {
    conversationId: conversationId(91),
    name: 'regatta',
    visibility: 'public',
    inviter: person(1, 'bob'),
    memberCount: 38,
  },
  { conversationId: conversationId(92), name: null, visibility: 'private', inviter: person(6, null), memberCount: 2 },
];
