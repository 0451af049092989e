import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHouse, type House } from './support/house.ts';
import { dmWith, online, expectShown, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

describe('two people', () => {
  it('two people exchange a first message and a reply, and see how far each got', async () => {
    const [alice, bob] = await Promise.all([house.enter('alice'), house.enter('bob')]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const [found] = await alice.client.searchUsers('bo');
    expect(found).toEqual({ userId: bob.userId, username: 'bob' });

    const atAlice = await alice.client.openDm(bob.userId);
    const sent = await atAlice.send('hello bob');
    expect(sent).toMatchObject({ status: 'sending', seq: null, isOwn: true });
    const atBob = await dmWith(bob.client, alice.userId);
    await expectShown(atBob, ['hello bob']);
    await until(atAlice.summary, (summary) => summary?.peer?.presence.state === 'online', 'to see bob');
    await until(atAlice.messages, ({ messages }) => messages[0]?.status === 'delivered', 'delivered');

    expect(atBob.summary.get()?.unreadCount).toBe(1);
    await atBob.markRead();
    expect(atBob.summary.get()?.unreadCount).toBe(0);
    await until(atAlice.messages, ({ messages }) => messages[0]?.status === 'read', 'read');

    atBob.setTyping(true);
    await until(atAlice.summary, (summary) => summary?.peer?.isTyping === true, 'bob to be typing');
    await atBob.send('hello alice');
    await until(atAlice.summary, (summary) => summary?.peer?.isTyping === false, 'bob to be done');
    await expectShown(atAlice, ['hello bob', 'hello alice']);
    await expectShown(atBob, ['hello bob', 'hello alice']);
    bob.client.setPresence('away');
    await until(atAlice.summary, (summary) => summary?.peer?.presence.state === 'away', 'bob to be away');
    await bob.client.close();
    await until(atAlice.summary, (summary) => summary?.peer?.presence.state === 'offline', 'bob to be gone');
  });
});
