import { idToBytes, type AnyId, type Bytes, type MessageContent } from '@seal-chat/protocol';
import { encodeContent, type RichContent } from '@seal-chat/protocol/content';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conversation, Message } from '../src/index.ts';
import { expectSaid, joined, say, settle, stocked } from './support/channel.ts';
import { enterHostile, raw, type HostilePerson } from './support/hostile-content.ts';
import { openHouse, type House } from './support/house.ts';
import { dmWith, online, until, whole } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** What a row of the tables below knows when it is said. */
interface Target {
  /** A message of the victim, and one of the hostile person. */
  readonly theirs: Message;
  readonly own: Message;
}

type Attack = readonly [name: string, content: (target: Target) => MessageContent, shown: readonly string[]];

const coded = (code: number, ...parts: readonly Uint8Array[]): MessageContent => ({
  kind: 'coded',
  code,
  payload: raw.all(...parts),
});
const said = (content: RichContent): MessageContent => encodeContent(content);
const refTo = (messageId: AnyId, seq: number): Bytes => raw.all(raw.uint(seq, 8), idToBytes(messageId));
const post = (text: string, tail: { readonly files?: Uint8Array; readonly lifetime?: Uint8Array } = {}) =>
  coded(3, raw.text(text), raw.none, raw.uint(0, 1), tail.files ?? raw.uint(0, 1), tail.lifetime ?? raw.none);
const seconds = (value: number): Bytes => raw.some(raw.uint(value, 4));
/** An attachment with what is wrong about it. */
const file = (wrong: { kind?: number; name?: string; thumbnail?: number; cut?: number }): Bytes => {
  const bytes = raw.all(
    new Uint8Array(16).fill(7),
    raw.uint(wrong.kind ?? 1, 1),
    new Uint8Array(64),
    raw.uint(10, 8),
    raw.text(wrong.name ?? 'a.png'),
    raw.text('image/png'),
    raw.none,
    raw.none,
    raw.none,
    raw.none,
    raw.some(raw.bytes(new Uint8Array(wrong.thumbnail ?? 1))),
  );
  return raw.all(raw.uint(1, 1), bytes.subarray(0, bytes.length - (wrong.cut ?? 0)));
};

const UNREADABLE = ['<unsupported>'];
const NOTHING: readonly string[] = [];

/** What nobody may do to anybody, in a DM as in a channel: what it leaves in the list. */
const ATTACKS: readonly Attack[] = [
  ['a timer of 2^32 - 1 s', () => coded(7, raw.uint(0xffff_ffff, 4)), UNREADABLE],
  ['a timer of 1 s', () => coded(7, raw.uint(1, 4)), UNREADABLE],
  ['a timer just beyond the longest', () => coded(7, raw.uint(7_776_001, 4)), UNREADABLE],
  ['a message that lives for 1 s', () => post('blink', { lifetime: seconds(1) }), UNREADABLE],
  ['a message that lives for 2^32 - 1 s', () => post('for ever', { lifetime: seconds(0xffff_ffff) }), UNREADABLE],
  ['a kind that nobody knows', () => coded(200, new Uint8Array(300)), UNREADABLE],
  ['bytes behind the end', () => coded(7, raw.uint(60, 4), Uint8Array.of(0)), UNREADABLE],
  ['an empty post', () => post(''), UNREADABLE],
  ['a text that is no UTF-8', () => coded(3, raw.bytes(Uint8Array.of(0xff, 0xfe))), UNREADABLE],
  [
    "an edit of another's message",
    ({ theirs }) => coded(4, refTo(theirs.messageId, theirs.seq!), raw.text('I never said this'), raw.uint(0, 1)),
    NOTHING,
  ],
  ["a deletion of another's message", ({ theirs }) => coded(5, refTo(theirs.messageId, theirs.seq!)), NOTHING],
  [
    'an edit whose place and id name two messages',
    ({ own, theirs }) => coded(4, refTo(own.messageId, theirs.seq!), raw.text('mixed up'), raw.uint(0, 1)),
    NOTHING,
  ],
  [
    'an edit of a message to come',
    ({ own }) => coded(4, refTo(own.messageId, Number.MAX_SAFE_INTEGER), raw.text('later'), raw.uint(0, 1)),
    NOTHING,
  ],
  ['a place beyond 2^53', ({ own }) => coded(5, new Uint8Array(8).fill(255), idToBytes(own.messageId)), UNREADABLE],
  [
    'a reaction of 65 bytes',
    ({ theirs }) => coded(6, refTo(theirs.messageId, theirs.seq!), raw.text('x'.repeat(65)), Uint8Array.of(1)),
    UNREADABLE,
  ],
  ['a reaction that is a tower of accents', ({ theirs }) => said(reaction(theirs, `a${'\u0301'.repeat(30)}`)), NOTHING],
  ['a reaction that is a letter', ({ theirs }) => said(reaction(theirs, 'x')), NOTHING],
  ['a reaction that nobody sees', ({ theirs }) => said(reaction(theirs, '\u200d')), NOTHING],
  ['a file of an unknown kind', () => post('', { files: file({ kind: 9 }) }), UNREADABLE],
  ['a file that is cut off', () => post('', { files: file({ cut: 3 }) }), UNREADABLE],
  ['a file with too large a thumbnail', () => post('', { files: file({ thumbnail: 12_289 }) }), UNREADABLE],
  ['eleven files', () => post('', { files: raw.uint(11, 1) }), UNREADABLE],
];

const reaction = ({ messageId, seq }: Message, emoji: string): RichContent => ({
  kind: 'reaction',
  target: { messageId, seq: seq! },
  emoji,
  isOn: true,
});

const placed = async (conversation: Conversation, text: string): Promise<Message> => {
  const isIt = ({ seq, content }: Message): boolean => seq !== null && content.kind === 'text' && content.text === text;
  const { messages } = await until(conversation.messages, (window) => window.messages.some(isIt), text);
  return messages.find(isIt)!;
};

/** Says all of `attacks`, and compares what is left of them, and that the victim goes on talking. */
async function attack(victim: Conversation, hostile: HostilePerson, attacks: readonly Attack[]): Promise<void> {
  const { conversationId } = victim;
  const target = { theirs: await placed(victim, 'mine'), own: await placed(victim, 'hostile') };
  const left = ['mine', 'hostile'];
  for (const [name, content, shown] of attacks) {
    await hostile.say(conversationId, content(target));
    await hostile.say(conversationId, { kind: 'text', text: `after ${name}` });
    left.push(...shown, `after ${name}`);
  }
  await placed(victim, left.at(-1)!);
  await whole(victim);
  await expectSaid(victim, left);
  expect(victim.summary.get()?.timerSeconds).toBe(0);
  const mine = victim.messages.get().messages.find(({ messageId }) => messageId === target.theirs.messageId);
  expect(mine).toMatchObject({
    content: { kind: 'text', text: 'mine' },
    editedAt: null,
    reactions: [],
    expiresAt: null,
  });
  await say(victim, 'still here');
}

describe('content that no Seal client would send', () => {
  it('a peer of a DM changes nothing with it and stops nothing', async () => {
    const alice = await house.enter(null);
    const mallory = await enterHostile(house);
    await Promise.all([online(alice.client), online(mallory.client)]);
    const atAlice = await alice.client.openDm(mallory.userId);
    await say(atAlice, 'mine');
    const { conversationId } = await dmWith(mallory.client, alice.userId);
    await mallory.say(conversationId, { kind: 'text', text: 'hostile' });
    await attack(atAlice, mallory, ATTACKS);
    expect(atAlice.summary.get()).toMatchObject({ kind: 'dm', isMuted: false });
  });

  it('a member of a channel changes nothing with it and stops nothing', async () => {
    const [alice, bob] = await settle(house, 2);
    const mallory = await enterHostile(house);
    await Promise.all([alice!.client, bob!.client, mallory.client].map(stocked));
    const members = [bob!.userId, mallory.userId];
    const created = await alice!.client.createChannel({ name: 'Harbour', visibility: 'private', members });
    const { conversationId } = created;
    const [atAlice] = await Promise.all([alice!.client, mallory.client].map((one) => joined(one, conversationId)));
    await say(atAlice!, 'mine');
    await mallory.say(conversationId, { kind: 'text', text: 'hostile' });
    const profile = { kind: 'profile', name: 'Mutiny', description: '', sharesHistory: true } as const;
    await attack(atAlice!, mallory, [
      ...ATTACKS,
      ['a timer of a plain member', () => said({ kind: 'timer', seconds: 30 }), NOTHING],
      ['a name by a plain member', () => said(profile), NOTHING],
    ]);
    expect(atAlice!.summary.get()?.name).toBe('Harbour');
  });
});

describe('much of what is allowed', () => {
  it('quotes of quotes stay one line, and reactions on a message come to an end', async () => {
    const alice = await house.enter(null);
    const mallory = await enterHostile(house);
    await Promise.all([online(alice.client), online(mallory.client)]);
    const atAlice = await alice.client.openDm(mallory.userId);
    await say(atAlice, 'mine');
    const mine = await placed(atAlice, 'mine');
    let answered = { seq: mine.seq!, messageId: mine.messageId };
    for (let depth = 1; depth <= 12; depth++) {
      const text = `${depth} ${'deep '.repeat(3_000)}`;
      const content = said({
        kind: 'post',
        text,
        replyTo: answered,
        mentions: [],
        attachments: [],
        lifetimeSeconds: null,
      });
      await mallory.say(atAlice.conversationId, content);
      const isIt = ({ content: { kind }, seq }: Message): boolean => kind === 'post' && seq! > answered.seq;
      const { messages } = await until(atAlice.messages, (window) => window.messages.some(isIt), text.slice(0, 4));
      const found = messages.findLast(isIt)!;
      answered = { seq: found.seq!, messageId: found.messageId };
      const reply = found.content.kind === 'post' ? found.content.replyTo : null;
      expect(JSON.stringify(reply).length).toBeLessThan(400);
    }
    const emojis = Array.from({ length: 60 }, (_, i) => String.fromCodePoint(0x1f600 + i));
    for (const emoji of emojis) await mallory.say(atAlice.conversationId, said(reaction(mine, emoji)));
    await mallory.say(atAlice.conversationId, { kind: 'text', text: 'done' });
    await placed(atAlice, 'done');
    expect(atAlice.messages.get().messages[0]!.reactions).toHaveLength(20);
  });
});
