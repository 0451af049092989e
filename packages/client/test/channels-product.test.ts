import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { indexedDbStore, isSealError, type Message, type SealClient } from '../src/index.ts';
import { events, expectAmong, expectSaid, isSettled, joined, said, say, settle, stocked } from './support/channel.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { copyDisk, createDisk } from './support/mortal.ts';
import { dmWith, online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => {
  vi.stubGlobal('IDBKeyRange', IDBKeyRange);
  house = await openHouse();
});
afterAll(async () => {
  await house.close();
  vi.unstubAllGlobals();
});

describe('public channels', () => {
  it('a public channel has a unique name, is found by it, and anyone can join', async () => {
    const [alice, bob] = await settle(house, 2);
    const { conversationId } = await alice!.client.createChannel({
      name: ' Beekeeping ',
      description: 'All about bees',
      visibility: 'public',
    });
    const atAlice = await joined(alice!.client, conversationId);
    await expect(bob!.client.createChannel({ name: 'BEEKEEPING', visibility: 'public' })).rejects.toSatisfy((error) =>
      isSealError(error, 'NAME_TAKEN'),
    );
    expect(bob!.client.conversations.get()).toEqual([]);
    await expect(bob!.client.createChannel({ name: '\u0007', visibility: 'private' })).rejects.toSatisfy((error) =>
      isSealError(error, 'BAD_INPUT'),
    );
    const [found] = await bob!.client.browseChannels({ query: 'keep' });
    expect(found).toMatchObject({ name: 'Beekeeping', description: 'All about bees', memberCount: 1, isMember: false });
    const atBob = await bob!.client.joinChannel(found!.conversationId);
    await joined(bob!.client, conversationId);
    expect(atBob.summary.get()).toMatchObject({
      kind: 'channel',
      name: 'Beekeeping',
      description: 'All about bees',
      channel: { visibility: 'public', ownRole: 'member', memberCount: 2, state: 'joined' },
    });
    await until(atAlice.messages, () => events(atAlice).includes('joined'), 'bob to join');
    await say(atBob, 'hello bees');
    await expectSaid(atAlice, ['hello bees']);
    await expect(atBob.channel!.rename('Wasps')).rejects.toSatisfy((error) => isSealError(error, 'FORBIDDEN'));
    await atAlice.channel!.rename('Bees');
    await until(atBob.summary, (summary) => summary?.name === 'Bees', 'the new name');
  });
});

describe('a private channel', () => {
  it('a private channel is entered by an invitation, which tells its name where the server cannot read it', async () => {
    const [alice, bob] = await settle(house, 2);
    const { conversationId } = await alice!.client.createChannel({
      name: 'Surprise party',
      description: 'for carol',
      visibility: 'private',
    });
    const atAlice = await joined(alice!.client, conversationId);
    await atAlice.channel!.invite([bob!.userId]);
    const [invitation] = await until(bob!.client.invitations, ([first]) => first?.name != null, 'the invitation');
    expect(invitation).toMatchObject({ conversationId, name: 'Surprise party', visibility: 'private', memberCount: 1 });
    expect(invitation!.inviter.userId).toBe(alice!.userId);
    const dm = await dmWith(bob!.client, alice!.userId);
    const asked = (): Message | undefined =>
      dm.messages.get().messages.find(({ content }) => content.kind === 'invitation');
    await until(dm.messages, () => asked() !== undefined);
    expect(asked()!.content).toMatchObject({ channelId: conversationId, name: 'Surprise party', state: 'open' });

    const atBob = await bob!.client.joinChannel(conversationId);
    await joined(bob!.client, conversationId);
    await until(bob!.client.invitations, (all) => all.length === 0, 'no invitation any more');
    await until(
      dm.messages,
      () => asked()?.content.kind === 'invitation' && JSON.stringify(asked()).includes('accepted'),
    );
    await say(atBob, 'when?');
    await expectSaid(atAlice, ['when?']);
    await until(atBob.summary, (summary) => summary?.name === 'Surprise party', 'the name');
    expect(atBob.summary.get()?.description).toBe('for carol');
    const { sql } = house.relay;
    const [row] = await sql`select name, description from conversations where id = ${conversationId}`.catch(() => [
      null,
    ]);
    if (row) expect(JSON.stringify(row)).not.toContain('Surprise');
  });

  it('an invitation can be declined', async () => {
    const [alice, bob] = await settle(house, 2);
    const { conversationId } = await alice!.client.createChannel({ name: 'No thanks', visibility: 'private' });
    const atAlice = await joined(alice!.client, conversationId);
    await atAlice.channel!.invite([bob!.userId]);
    await until(bob!.client.invitations, (all) => all.length === 1, 'the invitation');
    await bob!.client.declineInvitation(conversationId);
    await until(bob!.client.invitations, (all) => all.length === 0, 'none');
    await expect(bob!.client.joinChannel(conversationId)).rejects.toSatisfy((error) => isSealError(error));
  });

  it('a private channel has roles, mentions, replies and reactions, and counts unread messages', async () => {
    const [alice, bob] = await settle(house, 2);
    const { conversationId } = await alice!.client.createChannel({
      name: 'Work',
      visibility: 'private',
      members: [bob!.userId],
    });
    const atAlice = await joined(alice!.client, conversationId);
    const atBob = await joined(bob!.client, conversationId);
    await expect(atBob.channel!.add([alice!.userId])).rejects.toSatisfy((error) => isSealError(error, 'FORBIDDEN'));
    await atAlice.channel!.setRole(bob!.userId, 'admin');
    await until(atBob.summary, (summary) => summary?.channel?.ownRole === 'admin', 'the role');
    await atAlice.send('@bob look', { mentions: [{ userId: bob!.userId, start: 0, length: 4 }] });
    await say(atAlice, 'and this');
    await until(atBob.summary, (summary) => summary?.unreadCount === 2 && summary.mentionCount === 1, 'the counts');
    const mention = ({ content }: Message): boolean => content.kind === 'post';
    const shown = await until(atBob.messages, ({ messages }) => messages.some(mention), 'the mention');
    const { seq } = shown.messages.find(mention)!;
    await atBob.react(seq!, '👍', true);
    await until(
      atAlice.messages,
      ({ messages }) => messages.some(({ reactions }) => reactions[0]?.emoji === '👍'),
      'the reaction',
    );
    await atBob.markRead();
    await until(atAlice.messages, ({ messages }) => messages.at(-1)?.status === 'read', 'the receipt');
    expect(atBob.summary.get()).toMatchObject({ unreadCount: 0, mentionCount: 0 });
  });

  it('members share the history with new members when an admin wants that', async () => {
    const [alice, bob, carol] = await settle(house, 3);
    await Promise.all([bob!.client, carol!.client].map(stocked));
    const { conversationId } = await alice!.client.createChannel({ name: 'Archive', visibility: 'private' });
    const atAlice = await joined(alice!.client, conversationId);
    await say(atAlice, 'one');
    await say(atAlice, 'two');
    await atAlice.channel!.add([bob!.userId]);
    const atBob = await joined(bob!.client, conversationId);
    await say(atAlice, 'three');
    await expectSaid(atBob, ['three']);

    await atAlice.channel!.setSharesHistory(true);
    await until(atBob.summary, (summary) => summary?.channel?.sharesHistory === true, 'the setting');
    await atAlice.channel!.add([carol!.userId]);
    const atCarol = await joined(carol!.client, conversationId);
    await expectSaid(atCarol, ['one', 'two', 'three']);
    expect(
      atCarol.messages
        .get()
        .messages.filter(({ content }) => content.kind === 'text')
        .map(({ isShared }) => isShared),
    ).toEqual([true, true, true]);
    expect(atCarol.summary.get()?.unreadCount).toBe(0);
    await say(atAlice, 'four');
    await expectSaid(atCarol, ['one', 'two', 'three', 'four']);
    // Who was there before gets what it lacked, too.
    await expectSaid(atBob, ['one', 'two', 'three', 'four']);
  });
});

describe('failures in a channel', () => {
  it("after a member's invalid Commit the others report it, an admin resets the group, and all continue", async () => {
    const [alice, bob, mallory] = await settle(house, 3);
    await Promise.all([bob!.client, mallory!.client].map(stocked));
    const { conversationId } = await alice!.client.createChannel({
      name: 'Sabotage',
      visibility: 'private',
      members: [bob!.userId, mallory!.userId],
    });
    const atAlice = await joined(alice!.client, conversationId);
    const atBob = await joined(bob!.client, conversationId);
    await joined(mallory!.client, conversationId);
    await say(atAlice, 'before');
    await expectAmong(atBob, ['before']);
    const { incarnation, epoch } = await mallory!.client.api.channels.group.query({ conversationId });
    await mallory!.client.api.channels.commit.mutate({
      conversationId,
      commitId: crypto.randomUUID(),
      incarnation,
      epoch,
      commit: 'AAEA',
      welcome: null,
      groupInfo: 'AAEA',
      authenticator: 'A'.repeat(43),
      adds: [],
      removes: [],
      isExternal: false,
    });
    await until(atAlice.messages, () => events(atAlice).includes('reset'), 'a new group');
    await until(atBob.summary, (summary) => summary?.channel?.state === 'joined', 'bob to be in it');
    await until(atAlice.summary, (summary) => summary?.channel?.state === 'joined', 'alice to be in it');
    await atBob.send('after');
    await expectAmong(atAlice, ['before', 'after']);
    await say(atAlice, 'all well');
    await expectAmong(atBob, ['after', 'all well']);
    expect(events(atBob)).toContain('reset');
  });

  it('a rolled back store sends nothing with old keys, and reads again what it has forgotten', async () => {
    const [bob] = await settle(house, 1);
    const disk = createDisk();
    const first = disk.live();
    const alice = house.open(first);
    await alice.createAccount({ username: null });
    await online(alice);
    const { conversationId } = await bob!.client.createChannel({
      name: 'Backup',
      visibility: 'private',
      members: [userIdOf(alice)],
    });
    const atBob = await joined(bob!.client, conversationId);
    const atAlice = await joined(alice, conversationId);
    await say(atBob, 'one');
    await say(atAlice, 'two');
    await expectSaid(atAlice, ['one', 'two']);
    const backup = copyDisk(disk);
    await say(atBob, 'three');
    await expectSaid(atAlice, ['one', 'two', 'three']);
    await say(atAlice, 'four');
    // More than a store has reported by its first connection, as the next one would.
    await alice.api.devices.checkpoint.mutate({ rev: 3 * 2 ** 20 });
    first.kill();

    const leafEpoch = async () => (await bob!.client.api.channels.group.query({ conversationId })).epoch;
    const before = await leafEpoch();
    const restored = house.open(backup.live());
    const atRestored = restored.conversation(conversationId);
    await say(atRestored, 'five');
    expect(await leafEpoch()).toBeGreaterThan(before);
    await expectSaid(atRestored, ['one', 'two', 'three', '<NO_SESSION>', 'five']);
    await expectSaid(atBob, ['one', 'two', 'three', 'four', 'five']);
  });

  it('the tabs of one device share its groups', async () => {
    const [alice, bob] = await settle(house, 2);
    const tab = house.open({ store: alice!.store });
    await online(tab);
    const { conversationId } = await tab.createChannel({ name: 'Tabs', visibility: 'private', members: [bob!.userId] });
    const [atFirst, atSecond] = await Promise.all([joined(alice!.client, conversationId), joined(tab, conversationId)]);
    const atBob = await joined(bob!.client, conversationId);
    await Promise.all([say(atFirst, 'from the first'), say(atSecond, 'from the second')]);
    await expectAmong(atBob, ['from the first', 'from the second']);
  });

  it('tabs of a browser without Web Locks, both connected, do not disturb each other', async () => {
    const indexedDB = new IDBFactory();
    const open = (): SealClient => house.open({ store: indexedDbStore({ indexedDB }) });
    const first = open();
    await first.createAccount({ username: null });
    const second = open();
    await second.ready();
    const [bob, carol] = await settle(house, 2);
    await Promise.all([online(first), online(second)]);
    const { conversationId } = await first.createChannel({
      name: 'Two heads',
      visibility: 'private',
      members: [bob!.userId],
    });
    const [atFirst, atSecond] = await Promise.all([joined(first, conversationId), joined(second, conversationId)]);
    const atBob = await joined(bob!.client, conversationId);
    await isSettled(first, conversationId);
    await Promise.all([
      atFirst.channel!.add([carol!.userId]),
      ...['1', '2', '3'].flatMap((n) => [atFirst.send(`a${n}`), atSecond.send(`b${n}`), atBob.send(`c${n}`)]),
    ]);
    const all = ['a', 'b', 'c'].flatMap((who) => [1, 2, 3].map((n) => `${who}${n}`));
    for (const channel of [atBob, atFirst, atSecond]) await expectAmong(channel, all);
    await isSettled(first, conversationId);
    await say(await joined(carol!.client, conversationId), 'in');
    await expectAmong(atFirst, [...all, 'in']);
    await expectAmong(atBob, [...all, 'in']);
    expect(said(atBob)).toEqual(said(atFirst));
    expect(said(atBob)).toHaveLength(10);
  });
});
