import type { ConversationSummary, DeviceId, DeviceLine, OwnDevice } from '@seal-chat/client';
import { CREW } from './channel-seeds.ts';
import { channelStates } from './channel-states.ts';
import type { FakeSeed } from './fake-client.ts';
import { CHAT, NOW, SIGNED_IN, conversationId, dialogue, inbox, person, summary, type Line } from './seeds.ts';

/** Strangers and blocked people, what others are told, and verification. */

const MINUTE = 60_000;
const DIGITS = '482913056177402958613300745218094467152983670241558890317246';

const asked: readonly Line[] = [
  { from: 'them', ago: 12 * MINUTE, text: 'Hi! Do you ship to Norway? The big planter, if you still have one.' },
  { from: 'them', ago: 11 * MINUTE, text: 'Like the one on https://shop.example.org/planters/14' },
  {
    from: 'them',
    ago: 10 * MINUTE,
    content: {
      kind: 'post',
      text: '',
      replyTo: null,
      mentions: [],
      attachments: [
        {
          attachmentId: 'a77ac000-0000-4000-8000-000000000001' as never,
          kind: 'image',
          size: 200_000,
          name: 'my-terrace.jpg',
          mimeType: 'image/jpeg',
          width: 1200,
          height: 900,
          durationMs: null,
          preview: null,
          thumbnail: null,
          upload: null,
        },
      ],
    },
  },
];

/** Requests of two strangers: a guest, whose conversation is the first one, and a person with a long name. */
function withRequests(): FakeSeed {
  const { conversations, messages } = inbox();
  const guest = person(21, null);
  const other = person(22, 'bartholomew-maximilian-vonder.k');
  const lines = [asked, [{ from: 'them', ago: 60 * MINUTE, text: 'Are you the one from the fair?' }] as const] as const;
  const requests = [guest, other].map((peer, i): ConversationSummary => {
    const id = conversationId(20 + i);
    messages.set(id, dialogue(id, peer, lines[i]!));
    return summary(id, peer, messages.get(id)!, { isRequest: true, unreadCount: 1 });
  });
  return { account: SIGNED_IN, conversations, messages, requests };
}

/** A single request, open. */
function request(): FakeSeed {
  const guest = person(21, null);
  const id = conversationId(0);
  const messages = dialogue(id, guest, asked);
  return {
    account: SIGNED_IN,
    conversations: [],
    requests: [summary(id, guest, messages, { isRequest: true, unreadCount: 3 })],
    messages: new Map([[id, messages]]),
  };
}

/** A verified person whose name does not fit. */
function verifiedLongName(): FakeSeed {
  const peer = person(22, 'bartholomew-maximilian-vonder.k');
  const id = conversationId(0);
  const messages = dialogue(id, peer, CHAT);
  const conversations = [summary(id, peer, messages, { presence: 'online', verification: 'verified' })];
  return { account: SIGNED_IN, conversations, messages: new Map([[id, messages]]) };
}

const deviceId = (index: number): DeviceId =>
  `b71e0000-0000-4000-8000-0000000000${String(index).padStart(2, '0')}` as DeviceId;
const OWN_PHONE: OwnDevice = { deviceId: deviceId(1), isThisDevice: false, name: 'Chrome, Android', addedAt: NOW };

/** A contact's new devices, two of them at once, one that is gone, and a device of this account. */
const BOB = person(1, 'bob').userId;
const deviceLines: readonly DeviceLine[] = [
  { kind: 'added', afterSeq: 0, userId: BOB, deviceId: deviceId(2), at: NOW - 26 * 60 * MINUTE, version: 2 },
  { kind: 'added', afterSeq: 5, userId: BOB, deviceId: deviceId(3), at: NOW - 170 * MINUTE, version: 3 },
  { kind: 'added', afterSeq: 5, userId: BOB, deviceId: deviceId(4), at: NOW - 169 * MINUTE, version: 4 },
  { kind: 'removed', afterSeq: 7, userId: BOB, deviceId: deviceId(3), at: NOW - 90 * MINUTE, version: 5 },
  {
    kind: 'added',
    afterSeq: 99,
    userId: SIGNED_IN.userId,
    deviceId: OWN_PHONE.deviceId,
    at: NOW - MINUTE,
    version: 2,
  },
];

const verifiedInbox = inbox(CHAT, { presence: 'online', verification: 'verified', isPinned: true });

export const peopleStates = {
  requests: withRequests(),
  request: request(),
  blockedPerson: { account: SIGNED_IN, ...inbox(CHAT, { isBlocked: true }), blocked: [person(1, 'bob')] },
  archived: {
    account: SIGNED_IN,
    ...verifiedInbox,
    conversations: verifiedInbox.conversations.map((one, i) => (i > 3 ? { ...one, isArchived: true } : one)),
    safetyNumber: DIGITS,
  },
  unverified: { account: SIGNED_IN, ...inbox(), safetyNumber: DIGITS },
  verifiedLongName: verifiedLongName(),
  verifiedChanged: {
    account: SIGNED_IN,
    ...inbox(CHAT, { presence: 'online', verification: 'changed', isIdentityTrusted: false }),
    safetyNumber: DIGITS,
  },
  privacy: {
    account: SIGNED_IN,
    ...inbox(),
    devices: [{ deviceId: SIGNED_IN.deviceId, isThisDevice: true, name: 'Firefox, Linux', addedAt: null }],
    blocked: [person(31, 'eve'), person(32, null), person(33, 'bartholomew-maximilian-vonder.k')],
  },
  deviceLines: { account: SIGNED_IN, ...inbox(), devices: [OWN_PHONE], deviceLines },
  deviceLinesInChannel: {
    ...channelStates.channel,
    devices: [OWN_PHONE],
    deviceLines: [
      { ...deviceLines[4]!, afterSeq: 2 },
      { ...deviceLines[0]!, kind: 'rejoined', afterSeq: 99, userId: CREW[1]![0].userId },
    ],
  },
  deviceLinesFolded: {
    ...channelStates.channel,
    devices: [OWN_PHONE],
    deviceLines: [
      { ...deviceLines[0]!, afterSeq: 99, userId: CREW[1]![0].userId },
      { ...deviceLines[1]!, afterSeq: 99, userId: CREW[2]![0].userId },
      { ...deviceLines[4]!, afterSeq: 99 },
      { ...deviceLines[3]!, kind: 'rejoined', afterSeq: 99, userId: CREW[1]![0].userId },
    ],
  },
  blockedInChannel: { ...channelStates.channel, blocked: [CREW[0]![0]] },
} satisfies Record<string, FakeSeed>;
