import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joined, said, say, settle, stocked } from './support/channel.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { createDisk } from './support/mortal.ts';
import { online, until, whole } from './support/wait.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

let house: House;
beforeAll(
  async () =>
    void (house = await openHouse({
      limits: { messagesPerMinutePerUser: 10_000, channelChangesPerMinutePerUser: 1_000 },
    })),
);
afterAll(() => house.close());

describe('a member that was away for 500 messages and 20 epochs', () => {
  it('the member reads all of them, in order, and none is lost', { timeout: patient(120_000) }, async () => {
    const [alice, dave] = await settle(house, 2);
    const disk = createDisk();
    const first = disk.live();
    const bob = house.open(first);
    await bob.createAccount({ username: null });
    await online(bob);
    await stocked(dave!.client);
    const { conversationId } = await alice!.client.createChannel({
      name: 'Long',
      visibility: 'private',
      members: [userIdOf(bob)],
    });
    const atAlice = await joined(alice!.client, conversationId);
    await joined(bob, conversationId);
    await say(atAlice, 'last one seen');
    await until(bob.conversation(conversationId).messages, () => said(bob.conversation(conversationId)).length > 0);
    first.kill();

    const epochOf = async (): Promise<number> =>
      (await alice!.client.api.channels.group.query({ conversationId })).epoch;
    const before = await epochOf();
    const sent: string[] = [];
    for (let block = 0; block < 20; block++) {
      if (block % 2 === 0) await atAlice.channel!.add([dave!.userId]);
      else await atAlice.channel!.remove(dave!.userId);
      const texts = Array.from({ length: 25 }, (_, i) => `${block}.${i}`);
      for (const text of texts) await atAlice.send(text);
      sent.push(...texts);
      await until(
        atAlice.messages,
        ({ messages }) => messages.every(({ seq }) => seq !== null),
        `block ${block} to be sent`,
      );
    }
    expect((await epochOf()) - before).toBeGreaterThanOrEqual(20);

    const again = house.open(disk.live());
    const atBob = await joined(again, conversationId);
    await until(atBob.messages, () => said(atBob).at(-1) === sent.at(-1), 'the last of them');
    await whole(atBob);
    expect(said(atBob)).toEqual(['last one seen', ...sent]);
    expect(atBob.summary.get()?.unreadCount).toBe(501);
    await say(atBob, 'back again');
    await until(atAlice.messages, () => said(atAlice).at(-1) === 'back again', 'the answer');
  });
});
