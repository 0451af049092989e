import { SealError, type OwnDevice, type Person } from '@seal-chat/client';
import { channelStates } from './channel-states.ts';
import { peopleStates } from './people-states.ts';
import { richStates } from './rich-states.ts';
import type { FakeSeed } from './fake-client.ts';
import {
  CHAT,
  NOW,
  SIGNED_IN,
  conversationId,
  dialogue,
  inbox,
  longChat,
  person,
  summary,
  type Line,
} from './seeds.ts';

/** Every state of the widget worth looking at, as what the fake client starts with. */

const MINUTE = 60_000;
const bob: Person = person(1, 'bob');

/** An inbox whose first conversation has these lines. */
function chat(lines: readonly Line[], more: Parameters<typeof inbox>[1] = { presence: 'online' }): FakeSeed {
  return { account: SIGNED_IN, ...inbox(lines, more), people: [bob, person(2, 'bobby'), person(3, 'bo.andersson')] };
}

/** A single conversation with `peer`. */
function only(peer: Person, lines: readonly Line[]): FakeSeed {
  const id = conversationId(0);
  const messages = dialogue(id, peer, lines);
  return {
    account: SIGNED_IN,
    conversations: [summary(id, peer, messages, { presence: 'online' })],
    messages: new Map([[id, messages]]),
  };
}

const longName = person(1, 'bartholomew-maximilian-vonder.k');
const unbroken = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(3);

const PHONE = 'b71e0000-0000-4000-8000-000000000001' as typeof SIGNED_IN.deviceId;
const DEVICES: readonly OwnDevice[] = [
  { deviceId: SIGNED_IN.deviceId, isThisDevice: true, name: 'Firefox, Linux', addedAt: Date.UTC(2026, 8, 1, 8, 30) },
  { deviceId: PHONE, isThisDevice: false, name: 'Chrome, Android', addedAt: Date.UTC(2026, 10, 3, 17, 5) },
  {
    deviceId: 'b71e0000-0000-4000-8000-000000000002' as typeof SIGNED_IN.deviceId,
    isThisDevice: false,
    name: null,
    addedAt: null,
  },
];

export const states = {
  signIn: { account: { status: 'signed-out', resumable: null } },
  nameTaken: {
    account: { status: 'signed-out', resumable: null },
    createAccountError: new SealError('USERNAME_TAKEN'),
  },
  welcomeBack: { account: { status: 'signed-out', resumable: person(0, 'alice') } },
  recoveryCode: { account: { ...SIGNED_IN, recoveryCode: '7KQ4-M2XV-9TCD-E5RW-0HJB-3NPZ-8CGY' } },
  storageFailed: { account: { status: 'storage-failed', error: new SealError('STORAGE_FAILED') } },
  opening: { account: { status: 'opening' } },
  empty: { account: SIGNED_IN, people: [bob, person(2, 'bobby'), person(3, 'bo.andersson')] },
  conversations: chat(CHAT),
  firstMessage: only(bob, []),
  unread: chat(
    CHAT.map((line, i) => (i < 7 ? line : { ...line, from: 'them' as const })),
    {
      presence: 'online',
      unreadCount: 4,
    },
  ),
  typing: chat(CHAT, { presence: 'online', isTyping: true }),
  longTexts: only(longName, [
    { from: 'them', ago: 30 * MINUTE, text: unbroken },
    { from: 'me', ago: 20 * MINUTE, text: `https://example.org/${'a-rather-long-path/'.repeat(12)}` },
    { from: 'them', ago: 10 * MINUTE, text: 'A text of several paragraphs.\n\n'.repeat(6).trim() },
    { from: 'me', ago: 5 * MINUTE, text: '👩‍👩‍👧‍👦 🎉' },
    { from: 'them', ago: 4 * MINUTE, text: 'مرحبا، كيف الحال؟' },
    { from: 'me', ago: MINUTE, text: 'ok' },
  ]),
  undecryptable: chat([
    { from: 'them', ago: 90 * MINUTE, text: 'Before I forget:' },
    { from: 'them', ago: 80 * MINUTE, content: { kind: 'undecryptable', cause: 'NO_SESSION', isRetrying: true } },
    { from: 'them', ago: 70 * MINUTE, content: { kind: 'undecryptable', cause: 'BODY_MISMATCH', isRetrying: false } },
    { from: 'them', ago: 60 * MINUTE, content: { kind: 'unsupported' } },
    { from: 'me', ago: 50 * MINUTE, text: 'I cannot read three of yours.' },
  ]),
  failed: chat([
    ...CHAT.slice(0, 9),
    {
      from: 'me',
      ago: 3 * MINUTE,
      text: 'Eight thirty at the gate?',
      status: 'failed',
      failure: { code: 'RATE_LIMITED' },
    },
    { from: 'me', ago: MINUTE, text: 'Or nine?', status: 'sending' },
  ]),
  offline: {
    ...chat([...CHAT, { from: 'me', ago: MINUTE, text: 'Or nine?', status: 'sending' }], {
      presence: 'offline',
      lastSeenAt: NOW - 20 * MINUTE,
    }),
    connection: { status: 'offline', retryAt: NOW, error: new SealError('OFFLINE') },
  },
  connecting: { ...chat(CHAT), connection: { status: 'connecting' } },
  revoked: {
    ...chat(CHAT),
    account: {
      status: 'revoked',
      userId: SIGNED_IN.userId,
      deviceId: SIGNED_IN.deviceId,
      username: SIGNED_IN.username,
    },
  },
  identityChanged: {
    ...chat(CHAT, { presence: 'online', isIdentityTrusted: false }),
    safetyNumber: '482913056177402958613300745218094467152983670241558890317246',
  },
  thousandMessages: { ...chat(longChat(1000)), pageSize: 1000 },
  history: { ...chat(longChat(300)), pageSize: 40 },
  slowHistory: { ...chat(longChat(300)), pageSize: 50, loadingMs: 1_500 },
  linkedLater: { ...chat(CHAT.slice(6)), hasUnavailableHistory: true },
  settings: {
    ...chat(CHAT),
    devices: DEVICES,
    linking: { step: 'waiting', code: '7KQ4-M2XV-9TCD-E5RW', expiresAt: Date.now() + 10 * MINUTE },
  },
  newDevice: { ...chat(CHAT), account: { ...SIGNED_IN, newDevices: [PHONE] }, devices: DEVICES },
  unfinishedRemoval: { ...chat(CHAT), account: { ...SIGNED_IN, unlockFor: 'removal' }, devices: DEVICES },
  compareOld: {
    ...chat(CHAT),
    linking: { step: 'compare', sas: '482913', mustConfirm: true, deviceName: 'Firefox, Android' },
  },
  compareNew: {
    account: { status: 'signed-out', resumable: null },
    linking: { step: 'compare', sas: '482913', mustConfirm: false, deviceName: 'Firefox, Android' },
  },
  ...channelStates,
  ...richStates,
  ...peopleStates,
} satisfies Record<string, FakeSeed>;

export type StateName = keyof typeof states;
