import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSealError } from '../src/index.ts';
import { addDevice, events, expectSaid, joined, said, say, settle, stocked } from './support/channel.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { createDisk } from './support/mortal.ts';
import { online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

describe('a channel', () => {
  it('all members read and write a channel, on all their devices', async () => {
    const [alice, bob, carol] = await settle(house, 3);
    const others = await Promise.all([alice!, bob!, carol!].map(({ client }) => addDevice(house, client)));
    const clients = [alice!.client, bob!.client, carol!.client, ...others];
    const { conversationId } = await alice!.client.createChannel({
      name: 'Gardening',
      visibility: 'private',
      members: [bob!.userId, carol!.userId],
    });
    const channels = await Promise.all(clients.map((client) => joined(client, conversationId)));
    for (const [i, channel] of channels.entries()) await say(channel, `from device ${i}`);
    for (const channel of channels) {
      await expectSaid(
        channel,
        clients.map((_, i) => `from device ${i}`),
      );
      await until(channel.summary, (summary) => summary?.name === 'Gardening', 'its name');
    }
    expect(events(channels[0]!)[0]).toBe('profile');
  });
});

describe('members', () => {
  it('members who are added while they are away read from then on, and are told who came and went', async () => {
    const [alice, bob] = await settle(house, 2);
    const disk = createDisk();
    const first = disk.live();
    const carol = house.open(first);
    await carol.createAccount({ username: null });
    await online(carol);
    await Promise.all([alice!.client, bob!.client, carol].map(stocked));
    const carolId = userIdOf(carol);
    first.kill();

    const { conversationId } = await alice!.client.createChannel({ name: 'Away', visibility: 'private' });
    const atAlice = await joined(alice!.client, conversationId);
    await say(atAlice, 'before the others');
    await atAlice.channel!.add([bob!.userId, carolId]);
    await until(atAlice.messages, () => events(atAlice).includes('added'), 'a member to be added');
    await say(atAlice, 'to all');
    const again = house.open(disk.live());
    const [atBob, atCarol] = await Promise.all([joined(bob!.client, conversationId), joined(again, conversationId)]);
    await expectSaid(atBob, ['to all']);
    await expectSaid(atCarol, ['to all']);
    expect(events(atBob)[0]).toBe('added');

    await atAlice.channel!.remove(carolId);
    await until(atCarol.summary, (summary) => summary?.channel?.state === 'left', 'to be out');
    await say(atAlice, 'without carol');
    await expectSaid(atBob, ['to all', 'without carol']);
    expect(events(atBob)).toContain('removed');
    expect(said(atCarol)).toEqual(['to all']);
    await expect(again.api.channels.log.query({ conversationId, after: 0, limit: 10 })).rejects.toSatisfy((error) =>
      isSealError(error, 'NOT_A_MEMBER'),
    );

    await atBob.channel!.leave();
    await until(atAlice.messages, () => events(atAlice).filter((type) => type !== 'profile').length === 3, 'bob to go');
    expect(atBob.summary.get()?.channel?.state).toBe('left');
    await say(atAlice, 'alone');
  });
});
