import { newId, type DeviceId, type MessageId } from '@seal-chat/protocol';
import { encodeContent, type PostContent } from '@seal-chat/protocol/content';
import { describe, expect, it } from 'vitest';
import { applyContent } from '../src/content/apply-content.ts';
import { forgetUndecryptable, storeUndecryptable } from '../src/content/store-received.ts';
import { rereadUnsupported } from '../src/sync/reread.ts';
import { markRead } from '../src/conversations/read-position.ts';
import { ROWS } from '../src/store/rows.ts';
import { openScene, type Scene } from './support/scene.ts';
import { textOf } from './support/wait.ts';

const POST: PostContent = {
  kind: 'post',
  text: '',
  replyTo: null,
  mentions: [],
  attachments: [],
  lifetimeSeconds: null,
};
const post = (text: string, more: Partial<PostContent> = {}): PostContent => ({ ...POST, text, ...more });
const ref = (scene: Scene, seq: number) => ({ seq, messageId: scene.idAt(seq) });
const said = async (scene: Scene) => (await scene.window()).messages.map(textOf);

describe('an edit', () => {
  it('only the sender of a message can edit it', async () => {
    const scene = await openScene();
    await scene.say(1, scene.other, 'mine');
    await scene.say(2, scene.third, { kind: 'edit', target: ref(scene, 1), text: 'not yours', mentions: [] });
    expect(await said(scene)).toEqual(['mine']);
    await scene.say(3, scene.other, { kind: 'edit', target: ref(scene, 1), text: 'better', mentions: [] });
    expect(await scene.message(1)).toMatchObject({ content: { text: 'better' }, editedAt: scene.now });
  });

  it('the edit with the highest sequence number counts, whatever the order of arrival', async () => {
    const scene = await openScene();
    await scene.say(1, scene.other, 'first');
    await scene.say(3, scene.other, { kind: 'edit', target: ref(scene, 1), text: 'newest', mentions: [] });
    await scene.say(2, scene.other, { kind: 'edit', target: ref(scene, 1), text: 'older', mentions: [] });
    expect(await said(scene)).toEqual(['newest']);
  });

  it('the server cannot lead an edit to another message', async () => {
    const scene = await openScene();
    await scene.say(1, scene.other, 'one');
    const target = { seq: 1, messageId: scene.idAt(7) };
    await scene.say(2, scene.other, { kind: 'edit', target, text: 'elsewhere', mentions: [] });
    expect(await said(scene)).toEqual(['one']);
  });

  it('an edit waits for a message that has not arrived, together with what came after it', async () => {
    const scene = await openScene();
    await scene.say(1, scene.other, 'before');
    await scene.say(3, scene.other, { kind: 'edit', target: ref(scene, 2), text: 'edited', mentions: [] });
    await scene.say(4, scene.self, { kind: 'reaction', target: ref(scene, 2), emoji: '👍', isOn: true });
    expect(await said(scene)).toEqual(['before']);
    await scene.say(2, scene.other, 'original');
    expect(await said(scene)).toEqual(['before', 'edited']);
    expect((await scene.message(2))?.reactions).toEqual([{ emoji: '👍', userIds: [scene.self], isOwn: true }]);
  });

  it('an edit makes a mention count, and no longer count', async () => {
    const scene = await openScene();
    await scene.say(1, scene.other, 'hello');
    const mention = { userId: scene.self, start: 0, length: 3 };
    await scene.say(2, scene.other, { kind: 'edit', target: ref(scene, 1), text: 'you there', mentions: [mention] });
    expect(await scene.row()).toMatchObject({ unreadCount: 1, mentionCount: 1 });
    expect(await scene.message(1)).toMatchObject({ mentionsSelf: true });
    await scene.say(3, scene.other, { kind: 'edit', target: ref(scene, 1), text: 'nobody', mentions: [] });
    expect(await scene.row()).toMatchObject({ unreadCount: 1, mentionCount: 0 });
  });
});

describe('deleting a message for everyone', () => {
  it('a deletion leaves nothing of the message: not in the list, the quotes or the counts', async () => {
    const scene = await openScene();
    const mentions = [{ userId: scene.self, start: 0, length: 6 }];
    await scene.say(1, scene.other, post('secret', { mentions }));
    await scene.say(2, scene.third, post('an answer', { replyTo: ref(scene, 1) }));
    expect(await scene.message(2)).toMatchObject({ content: { replyTo: { preview: 'secret' } } });
    await scene.say(3, scene.other, { kind: 'delete', target: ref(scene, 1) });
    expect(JSON.stringify(await scene.window())).not.toContain('secret');
    expect(await said(scene)).toEqual(['<deleted>', 'an answer']);
    expect(await scene.row()).toMatchObject({ unreadCount: 1, mentionCount: 0 });
    await scene.say(4, scene.other, { kind: 'edit', target: ref(scene, 1), text: 'back again', mentions: [] });
    expect(await said(scene)).toEqual(['<deleted>', 'an answer']);
  });

  it('only moderators of a channel can delete messages of others, and no one can in a DM', async () => {
    const dm = await openScene('dm', { 2: 'owner' });
    const channel = await openScene('channel', { 2: 'admin' });
    for (const scene of [dm, channel]) {
      await scene.say(1, scene.other, 'said');
      await scene.say(2, scene.self, { kind: 'delete', target: ref(scene, 1) });
      expect(await said(scene)).toEqual(['said']);
      await scene.say(3, scene.third, { kind: 'delete', target: ref(scene, 1) });
    }
    expect(await said(dm)).toEqual(['said']);
    expect(await said(channel)).toEqual(['<deleted>']);
  });

  it('a deletion reaches an undecryptable message, which then is no longer opened', async () => {
    const scene = await openScene();
    await arrivesShut(scene, 1);
    await scene.say(2, scene.other, { kind: 'delete', target: ref(scene, 1) });
    expect(await said(scene)).toEqual(['<deleted>']);
    expect(await scene.commit((tx) => tx.list(ROWS.allUndecryptable))).toEqual([]);
    await scene.say(1, scene.other, 'too late');
    expect(await said(scene)).toEqual(['<deleted>']);
  });

  it('the server cannot delete: at its word only undecryptable messages are given up', async () => {
    const scene = await openScene();
    await arrivesShut(scene, 1);
    await scene.say(2, scene.other, 'read');
    for (const seq of [1, 2, 3]) {
      await scene.commit((tx) => forgetUndecryptable(scene.time, tx, scene.conversationId, seq));
    }
    expect(await said(scene)).toEqual(['<deleted>', 'read']);
  });
});

/** A message that this device cannot open. */
async function arrivesShut(scene: Scene, seq: number): Promise<void> {
  const incoming = {
    conversationId: scene.conversationId,
    ...ref(scene, seq),
    senderUserId: scene.other,
    senderDeviceId: scene.other as never,
    acceptedAt: scene.now,
    body: Uint8Array.of(1),
    bodyHash: null,
    envelope: Uint8Array.of(1),
  };
  await scene.commit((tx) => storeUndecryptable(scene.time, tx, incoming, 'UNDECRYPTABLE'));
}

describe('reactions', () => {
  it('each person has one reaction per emoji, and the last one counts', async () => {
    const scene = await openScene();
    await scene.say(1, scene.other, 'cake');
    const react = (seq: number, from: typeof scene.self, emoji: string, isOn: boolean) =>
      scene.say(seq, from, { kind: 'reaction', target: ref(scene, 1), emoji, isOn });
    await react(2, scene.third, '🎂', true);
    await react(4, scene.self, '🎂', true);
    await react(5, scene.self, '👍🏽', true);
    // Older than what is here.
    await react(3, scene.self, '🎂', false);
    await react(6, scene.third, 'not an emoji', true);
    expect((await scene.message(1))?.reactions).toEqual([
      { emoji: '🎂', userIds: [scene.third, scene.self], isOwn: true },
      { emoji: '👍🏽', userIds: [scene.self], isOwn: true },
    ]);
    await react(7, scene.self, '🎂', false);
    await react(8, scene.self, '👍🏽', false);
    expect((await scene.message(1))?.reactions).toEqual([{ emoji: '🎂', userIds: [scene.third], isOwn: false }]);
    expect(await scene.row()).toMatchObject({ unreadCount: 1 });
  });
});

describe('events of a conversation', () => {
  it('a timer is shown as an event that is never unread; the one with the highest sequence number counts', async () => {
    const scene = await openScene();
    await scene.say(2, scene.other, { kind: 'timer', seconds: 60 });
    await scene.say(1, scene.other, { kind: 'timer', seconds: 30 });
    expect(await scene.row()).toMatchObject({ timers: [{ seq: 1 }, { seconds: 60, seq: 2 }], unreadCount: 0 });
    expect((await scene.window()).messages[1]).toMatchObject({
      content: { kind: 'event', event: { type: 'timer', seconds: 60 } },
    });
  });

  it('the name of a channel is taken only from its owners and admins', async () => {
    const scene = await openScene('channel', { 1: 'owner' });
    const profile = (name: string) => ({ kind: 'profile', name, description: 'd', sharesHistory: true }) as const;
    await scene.say(1, scene.other, profile('Harbour'));
    await scene.say(2, scene.third, profile('Mutiny'));
    expect((await scene.row()).channel).toMatchObject({ name: 'Harbour', description: 'd', sharesHistory: true });
    expect((await scene.window()).messages).toHaveLength(1);
    const dm = await openScene();
    await dm.say(1, dm.other, profile('A DM has no name'));
    expect((await dm.window()).messages).toEqual([]);
  });
});

describe('a message of a newer version', () => {
  it('a message of a newer version is kept, and read once this version can', async () => {
    const scene = await openScene();
    const { payload } = encodeContent(post('from the future'));
    const place = {
      conversationId: scene.conversationId,
      seq: 1,
      messageId: scene.idAt(1),
      senderUserId: scene.other,
      senderDeviceId: scene.other as never,
      acceptedAt: scene.now,
    };
    const deps = { ...scene.time, transact: scene.commit, reader: await scene.commit(async (tx) => tx) };
    await scene.commit((tx) =>
      applyContent(deps, tx, place, { sentAt: 5, content: { kind: 'coded', code: 200, payload } }),
    );
    expect(await said(scene)).toEqual(['<unsupported>']);
    expect(await scene.row()).toMatchObject({ unreadCount: 0 });
    // The update: the same payload under a type that is known.
    await scene.commit(async (tx) => tx.put(ROWS.unsupported(scene.conversationId, 1), { typeId: 3, payload }));
    await rereadUnsupported({ ...deps, reader: await scene.commit(async (tx) => tx) });
    expect(await said(scene)).toEqual(['from the future']);
    expect(await scene.message(1)).toMatchObject({ sentAt: 5 });
    expect(await scene.row()).toMatchObject({ unreadCount: 1 });
  });

  it('a message that is damaged inside does not hold up others', async () => {
    const scene = await openScene();
    const place = { ...ref(scene, 1), senderUserId: scene.other, senderDeviceId: scene.other as never, acceptedAt: 1 };
    const content = { kind: 'coded', code: 4, payload: Uint8Array.of(1, 2, 3) } as const;
    await scene.commit((tx) =>
      applyContent(scene.time, tx, { ...place, conversationId: scene.conversationId }, { sentAt: 1, content }),
    );
    await scene.say(2, scene.other, 'next');
    expect(await said(scene)).toEqual(['<unsupported>', 'next']);
  });
});

describe('a message stored by an earlier version', () => {
  it('a message stored by an earlier version is shown as it was, and can be changed', async () => {
    const scene = await openScene();
    await scene.say(1, scene.other, 'from before');
    const key = ROWS.message(scene.conversationId, 1);
    const old = { messageId: scene.idAt(1), senderUserId: scene.other, senderDeviceId: scene.other as never };
    const content = { kind: 'text', text: 'from before' } as const;
    await scene.commit(async (tx) => tx.put(key, { ...old, sentAt: 1, acceptedAt: 2, content }));
    const plain = { editedAt: null, reactions: [], expiresAt: null, mentionsSelf: false, isShared: false };
    expect(await scene.message(1)).toMatchObject({ ...plain, content, sentAt: 1, acceptedAt: 2 });
    await scene.say(2, scene.other, { kind: 'edit', target: ref(scene, 1), text: 'from now', mentions: [] });
    await scene.say(3, scene.third, { kind: 'reaction', target: ref(scene, 1), emoji: '👍', isOn: true });
    expect(await scene.message(1)).toMatchObject({ content: { text: 'from now' }, reactions: [{ emoji: '👍' }] });
  });
});

describe('unread counts', () => {
  it('unread counts follow reading, and count only texts and posts of others', async () => {
    const scene = await openScene();
    const mentions = [{ userId: scene.self, start: 0, length: 1 }];
    await scene.say(1, scene.other, 'one');
    await scene.say(2, scene.self, post('own', { mentions }));
    await scene.say(3, scene.other, post('two', { mentions }));
    await scene.say(4, scene.other, { kind: 'reaction', target: ref(scene, 1), emoji: '👍', isOn: true });
    expect(await scene.row()).toMatchObject({ unreadCount: 2, mentionCount: 1, lastShownSeq: 3 });
    const reader = await scene.commit(async (tx) => tx);
    await markRead({ ...scene.time, reader, transact: scene.commit }, scene.conversationId, 1);
    expect(await scene.row()).toMatchObject({ unreadCount: 1, mentionCount: 1 });
    await scene.say(5, scene.other, { kind: 'delete', target: ref(scene, 3) });
    expect(await scene.row()).toMatchObject({ unreadCount: 0, mentionCount: 0 });
  });
});

describe('much on one message', () => {
  it('a person takes 20 of the 50 places for reactions, so that others can react too', async () => {
    const scene = await openScene();
    await scene.say(1, scene.other, 'cake');
    const emojis = Array.from({ length: 60 }, (_, i) => String.fromCodePoint(0x1f600 + i));
    let seq = 1;
    for (const from of [scene.other, scene.third, scene.self]) {
      for (const emoji of emojis) {
        await scene.say(++seq, from, { kind: 'reaction', target: ref(scene, 1), emoji, isOn: true });
      }
    }
    const reactions = (await scene.message(1))!.reactions;
    expect(reactions).toHaveLength(20);
    expect(reactions.every(({ userIds }) => userIds.length === 3)).toBe(true);
  });

  it('an answer quotes 140 characters, however long and deep what it answers is', async () => {
    const scene = await openScene();
    await scene.say(1, scene.other, post('x'.repeat(16_000)));
    for (let seq = 2; seq <= 40; seq++) {
      await scene.say(seq, scene.other, post('y'.repeat(16_000), { replyTo: ref(scene, seq - 1) }));
    }
    const { content } = (await scene.message(40))!;
    expect(content).toMatchObject({ replyTo: { preview: 'y'.repeat(140) } });
    expect(JSON.stringify(content).length).toBeLessThan(17_000);
  });
});

describe('what another person says they have read', () => {
  /** `other` says at `seq` that they have read up to `upToSeq`, where they have `messageId`. */
  async function read(scene: Scene, seq: number, upToSeq: number, messageId: MessageId): Promise<void> {
    const senderDeviceId = newId<DeviceId>(new Uint8Array(16).fill(7));
    const place = { conversationId: scene.conversationId, seq, messageId: scene.idAt(seq), senderUserId: scene.other };
    await scene.commit((tx) =>
      applyContent(
        scene.time,
        tx,
        { ...place, senderDeviceId, acceptedAt: scene.now },
        { sentAt: scene.now, content: { kind: 'read', upToSeq, messageId } },
      ),
    );
  }

  const readBy = async (scene: Scene) =>
    (await scene.row()).members.find(({ userId }) => userId === scene.other)?.readSeq;

  it('counts once the place is there, with the message that they have there', async () => {
    const scene = await openScene();
    await scene.say(1, scene.self, 'one');
    await read(scene, 3, 2, scene.idAt(2));
    expect(await readBy(scene)).toBe(0);
    await scene.say(2, scene.self, 'two');
    expect(await readBy(scene)).toBe(2);
  });

  it('counts for nothing when another message comes to that place here', async () => {
    const scene = await openScene();
    await scene.say(1, scene.self, 'one');
    await read(scene, 3, 2, scene.idAt(9));
    await scene.say(2, scene.self, 'two');
    await scene.say(4, scene.other, 'four');
    expect(await readBy(scene)).toBe(0);
    expect((await scene.row()).heldReads).toBeUndefined();
  });
});

it('a time that no calendar has is shown as the last that one has', async () => {
  const scene = await openScene();
  const place = { conversationId: scene.conversationId, seq: 1, messageId: scene.idAt(1), senderUserId: scene.other };
  const senderDeviceId = newId<DeviceId>(new Uint8Array(16).fill(7));
  const body = { sentAt: Number.MAX_SAFE_INTEGER, content: { kind: 'text' as const, text: 'from afar' } };
  await scene.commit((tx) => applyContent(scene.time, tx, { ...place, senderDeviceId, acceptedAt: scene.now }, body));
  expect(new Date((await scene.message(1))!.sentAt).toISOString()).toBe('+275760-09-13T00:00:00.000Z');
});
