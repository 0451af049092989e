import { MESSAGE_LIFETIMES } from '@seal-chat/protocol';
import type { RichContent } from '@seal-chat/protocol/content';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConversationRow } from '../src/store/rows.ts';
import { openScene, type Scene } from './support/scene.ts';

/** Something that is said: by whom, what, and, where it changes another message, which of those before it. */
interface Saying {
  readonly who: number;
  readonly what: 'text' | 'post' | 'edit' | 'delete' | 'on' | 'off' | 'timer';
  readonly target: number;
}

const saying: fc.Arbitrary<Saying> = fc.record({
  who: fc.nat(2),
  what: fc.constantFrom('text', 'text', 'post', 'edit', 'edit', 'delete', 'on', 'off', 'timer'),
  target: fc.nat(100),
});

function contentOf(scene: Scene, { what, target }: Saying, seq: number): RichContent | string {
  const to = 1 + (target % Math.max(1, seq - 1));
  const ref = { seq: to, messageId: scene.idAt(to) };
  const mentions = target % 2 === 0 ? [{ userId: scene.self, start: 0, length: 1 }] : [];
  switch (what) {
    case 'text':
      return `text ${seq}`;
    case 'post':
      return {
        kind: 'post',
        text: `post ${seq}`,
        replyTo: ref,
        mentions,
        attachments: [],
        lifetimeSeconds: target % 5 === 0 ? 300 : null,
      };
    case 'edit':
      return { kind: 'edit', target: ref, text: `edit ${seq}`, mentions };
    case 'delete':
      return { kind: 'delete', target: ref };
    case 'on':
    case 'off':
      return { kind: 'reaction', target: ref, emoji: target % 3 === 0 ? '👍' : '🎉', isOn: what === 'on' };
    case 'timer':
      return { kind: 'timer', seconds: MESSAGE_LIFETIMES[target % MESSAGE_LIFETIMES.length]! };
  }
}

/** What is to be seen in the end of messages that arrive in `order`. */
async function play(sayings: readonly Saying[], order: readonly number[], account: Partial<ConversationRow>) {
  const scene = await openScene('dm', {}, account);
  const people = [scene.self, scene.other, scene.third] as const;
  for (const i of order) {
    const one = sayings[i]!;
    await scene.say(i + 1, people[one.who]!, contentOf(scene, one, i + 1));
  }
  const { messages } = await scene.window();
  const { unreadCount, mentionCount = 0, timers, lastSeq, gaps = [] } = await scene.row();
  // Reactions are in the order in which they arrived.
  const sorted = messages.map((message) => ({
    ...message,
    reactions: message.reactions
      .map(({ userIds, ...rest }) => ({ ...rest, userIds: userIds.toSorted() }))
      .toSorted((a, b) => (a.emoji < b.emoji ? -1 : 1)),
  }));
  return { messages: sorted, unreadCount, mentionCount, timers, lastSeq, ...(account.seenSeq === 0 && { gaps }) };
}

describe('messages that arrive in any order', () => {
  it('an edit that no longer names anybody leaves no trace of the one that did', async () => {
    const sayings: readonly Saying[] = [
      { who: 0, what: 'text', target: 0 },
      { who: 0, what: 'edit', target: 2 },
      { who: 1, what: 'text', target: 0 },
      { who: 0, what: 'edit', target: 3 },
    ];
    const inOrder = await play(sayings, [0, 1, 2, 3], {});
    expect(inOrder.messages[0]?.content).toEqual({ kind: 'text', text: 'edit 4' });
    expect(await play(sayings, [3, 2, 0, 1], {})).toEqual(inOrder);
    expect(await play(sayings, [0, 2, 3, 1], {})).toEqual(inOrder);
  });

  it('messages that arrive in any order end as in the order of the conversation', async () => {
    const plays = fc.array(saying, { minLength: 2, maxLength: 14 }).chain((sayings) =>
      fc.tuple(
        fc.constant(sayings),
        fc.shuffledSubarray(
          sayings.map((_, i) => i),
          { minLength: sayings.length },
        ),
      ),
    );
    // On a device that was there from the beginning, and on one that cannot know.
    const accounts = fc.constantFrom<Partial<ConversationRow>>({ seenSeq: 0, seenFrom: 1 }, {});
    await fc.assert(
      fc.asyncProperty(plays, accounts, async ([sayings, order], account) => {
        const inOrder = sayings.map((_, i) => i);
        expect(await play(sayings, order, account)).toEqual(await play(sayings, inOrder, account));
      }),
      { numRuns: 200 },
    );
  });
});
