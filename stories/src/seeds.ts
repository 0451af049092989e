import type {
  AccountState,
  ConversationId,
  ConversationMember,
  ConversationSummary,
  DeviceId,
  Message,
  MessageId,
  MessageView,
  Person,
  PresenceState,
  TenantId,
  UserId,
} from '@seal-chat/client';

/** People, conversations and messages that stories are made of. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Stories happen at this time of the day they are looked at, so that "today" stays today. */
export const NOW: number = new Date().setHours(14, 32, 0, 0);

function uuid(kind: number, index: number): string {
  return `${kind.toString(16).padStart(8, '0')}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}

const SELF: Person = { userId: uuid(1, 0) as UserId, username: 'alice' };
const DEVICE: DeviceId = uuid(2, 0) as DeviceId;

export const SIGNED_IN: AccountState & { readonly status: 'signed-in' } = {
  status: 'signed-in',
  tenantId: uuid(3, 0) as TenantId,
  userId: SELF.userId,
  deviceId: DEVICE,
  username: SELF.username,
  recoveryCode: null,
  unlockFor: null,
  newDevices: [],
};

export function person(index: number, username: string | null): Person {
  return { userId: uuid(1, index) as UserId, username };
}

export function conversationId(index: number): ConversationId {
  return uuid(4, index) as ConversationId;
}

/** One line of a dialogue: who, when (ms before now), what, and what is special about it. */
export interface Line {
  readonly from: 'me' | 'them';
  readonly ago: number;
  readonly text?: string;
  readonly content?: MessageView;
  readonly status?: Message['status'];
  readonly failure?: Message['failure'];
}

/** The messages of a dialogue between the person of the story and `peer`. */
export function dialogue(id: ConversationId, peer: Person, lines: readonly Line[]): readonly Message[] {
  return lines.map((line, i) => {
    const isOwn = line.from === 'me';
    const isAccepted = line.status !== 'sending' && line.status !== 'failed';
    return {
      messageId: uuid(5, i) as MessageId,
      conversationId: id,
      seq: isAccepted ? i + 1 : null,
      senderUserId: isOwn ? SELF.userId : peer.userId,
      senderDeviceId: DEVICE,
      isOwn,
      sentAt: NOW - line.ago,
      acceptedAt: isAccepted ? NOW - line.ago : null,
      content: line.content ?? { kind: 'text', text: line.text ?? '' },
      status: isOwn ? (line.status ?? 'read') : null,
      failure: line.failure ?? null,
      editedAt: null,
      reactions: [],
      expiresAt: null,
      unusualLifetime: null,
      mentionsSelf: false,
      isShared: false,
    };
  });
}

/** What may differ about a conversation in the list. */
export interface SummaryOptions {
  readonly presence?: PresenceState;
  readonly lastSeenAt?: number | null;
  readonly isTyping?: boolean;
  readonly isIdentityTrusted?: boolean;
  readonly unreadCount?: number;
  readonly verification?: ConversationMember['verification'];
  readonly isRequest?: boolean;
  readonly isBlocked?: boolean;
  readonly isPinned?: boolean;
  readonly isArchived?: boolean;
}

export function summary(
  id: ConversationId,
  peer: Person,
  messages: readonly Message[],
  options: SummaryOptions = {},
): ConversationSummary {
  const member: ConversationMember = {
    ...peer,
    isSelf: false,
    presence: { state: options.presence ?? 'offline', lastSeenAt: options.lastSeenAt ?? null },
    isTyping: options.isTyping ?? false,
    isIdentityTrusted: options.isIdentityTrusted ?? true,
    verification: options.verification ?? 'none',
    isBlocked: options.isBlocked ?? false,
    role: 'member',
  };
  const self: ConversationMember = {
    ...SELF,
    isSelf: true,
    presence: { state: 'online', lastSeenAt: null },
    isTyping: false,
    isIdentityTrusted: true,
    verification: 'none',
    isBlocked: false,
    role: 'member',
  };
  const last = messages.at(-1) ?? null;
  const unreadCount = options.unreadCount ?? 0;
  return {
    conversationId: id,
    kind: 'dm',
    members: [self, member],
    peer: member,
    lastMessage: last,
    lastActivityAt: last?.acceptedAt ?? last?.sentAt ?? NOW,
    unreadCount,
    mentionCount: 0,
    readSeq: messages.length - unreadCount,
    name: null,
    description: '',
    channel: null,
    isMuted: false,
    isPinned: options.isPinned ?? false,
    isArchived: options.isArchived ?? false,
    isRequest: options.isRequest ?? false,
    isBlocked: options.isBlocked ?? false,
    timerSeconds: 0,
    draft: '',
  };
}

const bob = person(1, 'bob');

/** A dialogue that shows most of what messages can look like. */
export const CHAT: readonly Line[] = [
  { from: 'them', ago: DAY + 3 * HOUR, text: 'Did the harbour office write back about the slip?' },
  { from: 'me', ago: DAY + 2.9 * HOUR, text: 'They did. We can have berth 14 from Monday.' },
  { from: 'me', ago: DAY + 2.89 * HOUR, text: 'The crane is booked for nine, if the wind lets us.' },
  { from: 'them', ago: DAY + 2 * HOUR, text: '👍' },
  { from: 'them', ago: 3 * HOUR, text: 'Forecast says 4 to 5 from the west. That should do.' },
  {
    from: 'them',
    ago: 3 * HOUR - MINUTE,
    text: 'Tide table, just in case: https://tides.example.org/ports/14?day=monday',
  },
  {
    from: 'me',
    ago: 2 * HOUR,
    text: 'Perfect. I will bring the slings and the good rope, and coffee.\n\nCan you ask Mira whether she still has the key for the shed? We need the long ladder as well, the short one does not reach the deck when she stands on the cradle.',
  },
  { from: 'them', ago: HOUR, text: 'Will do' },
  { from: 'them', ago: HOUR - MINUTE, text: 'She says it hangs where it always hangs 😄' },
  { from: 'me', ago: 4 * MINUTE, text: 'Then see you Monday!', status: 'read' },
  { from: 'me', ago: 2 * MINUTE, text: 'Eight thirty at the gate?', status: 'delivered' },
];

/** The list of conversations most stories show. The first one is the dialogue above. */
export function inbox(first: readonly Line[] = CHAT, options: SummaryOptions = { presence: 'online' }) {
  const others: readonly (readonly [Person, readonly Line[], SummaryOptions])[] = [
    [
      person(2, 'mira.lindqvist'),
      [
        { from: 'them', ago: 40 * MINUTE, text: 'The key hangs where it always hangs!' },
        { from: 'them', ago: 38 * MINUTE, text: 'And take the long ladder, not the short one.' },
      ],
      { unreadCount: 2, presence: 'online' },
    ],
    [
      person(3, 'jonas'),
      [{ from: 'me', ago: 5 * HOUR, text: 'Thank you, that helps a lot.', status: 'read' }],
      { presence: 'away' },
    ],
    [
      person(4, 'harbour-office'),
      [{ from: 'them', ago: DAY + 4 * HOUR, text: 'Berth 14 is yours from Monday, 8:00.' }],
      {},
    ],
    [person(5, 'ليلى'), [{ from: 'them', ago: 3 * DAY, text: 'شكرًا جزيلًا، أراك يوم الاثنين' }], {}],
    [person(6, null), [{ from: 'me', ago: 12 * DAY, text: 'No problem, any time.', status: 'delivered' }], {}],
  ];
  const rows = [[bob, first, options] as const, ...others].map(([peer, lines, how], i) => {
    const id = conversationId(i);
    const messages = dialogue(id, peer, lines);
    return { id, messages, summary: summary(id, peer, messages, how) };
  });
  return {
    conversations: rows.map((row) => row.summary),
    messages: new Map(rows.map((row) => [row.id, row.messages])),
  };
}

/** A long dialogue of short lines, oldest first. */
export function longChat(count: number): readonly Line[] {
  const texts = [
    'Aye.',
    'On my way.',
    'Which berth?',
    'Fourteen, as ever.',
    'The wind has turned, we should wait for the tide.',
    'Fine by me',
    'Anything else you need from town?',
    'Only coffee.',
  ];
  return Array.from({ length: count }, (_, i) => ({
    from: i % 3 === 0 ? 'me' : 'them',
    ago: (count - i) * 17 * MINUTE,
    text: `${texts[(i * 7) % texts.length]!} (${i + 1})`,
  }));
}
