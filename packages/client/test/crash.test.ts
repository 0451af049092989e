import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conversation } from '../src/index.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { createDisk } from './support/mortal.ts';
import { online, expectShown, textOf, texts, until, whole } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

describe('crashes of a device', () => {
  it('a device that dies at any step of sending and receiving loses nothing and shows nothing twice', async () => {
    const disk = createDisk();
    const bob = await house.enter(null);
    const first = disk.live();
    const founder = house.open(first);
    await founder.createAccount({ username: null });
    const aliceId = userIdOf(founder);
    await online(founder);
    const atBob = await bob.client.openDm(aliceId);
    const { conversationId } = atBob;
    first.kill();

    /** Texts whose `send` returned: from then on they must not get lost. */
    const promised: string[] = [];
    const attempted: string[] = [];
    let life = 0;
    for (let dieAt = 1; ; dieAt++) {
      const current = disk.live(dieAt);
      const alice = house.open(current);
      const text = `alice ${++life}`;
      attempted.push(text);
      const atAlice = alice.conversation(conversationId);
      const sending = atAlice.send(text).then(() => promised.push(text));
      await atBob.send(`bob ${life}`);
      // A life that is over with everything done has been killed at every step before.
      const done = Promise.all([sending, shown(atAlice, `bob ${life}`), accepted(atAlice, text)]).then(() => 'done');
      const end = await Promise.race([current.death.then(() => 'dead'), done]);
      current.kill();
      if (end === 'done') break;
    }

    const last = house.open(disk.live());
    const atAlice = last.conversation(conversationId);
    await online(last);
    await until(
      atAlice.messages,
      ({ isLoaded, messages }) => isLoaded && messages.every(({ seq }) => seq !== null),
      'an empty outbox',
    );
    await Promise.all([whole(atAlice), whole(atBob)]);
    const own = texts(atAlice).filter((text) => text.startsWith('alice'));
    expect(own).toEqual(attempted.filter((text) => own.includes(text)));
    expect(own).toEqual(expect.arrayContaining(promised));
    expect(texts(atAlice).filter((text) => text.startsWith('bob'))).toEqual(
      Array.from({ length: life }, (_, i) => `bob ${i + 1}`),
    );
    await expectShown(atBob, texts(atAlice));
    expect(life).toBeGreaterThan(20);
  });

  it('a device that dies at any step of creating an account has exactly one account', async () => {
    const { tenantId } = house.tenant;
    const count = async (): Promise<number> => {
      const [row] = await house.relay.sql`select count(*) as count from users where tenant_id = ${tenantId}`;
      return Number(row!['count']);
    };
    const before = await count();
    // Beyond these steps the account is there, and what is left is done again by every connection.
    for (let dieAt = 1; dieAt <= 12; dieAt++) {
      const disk = createDisk();
      const current = disk.live(dieAt);
      const creating = house.open(current).createAccount({ username: null });
      await Promise.race([current.death, creating]);
      current.kill();
      const client = house.open(disk.live());
      await client.ready();
      if (client.account.get().status !== 'signed-in') await client.createAccount({ username: null });
      await online(client);
      expect(await count()).toBe(before + dieAt);
    }
  });
});

function shown(conversation: Conversation, text: string): Promise<unknown> {
  return until(conversation.messages, () => texts(conversation).includes(text), `to see ${text}`);
}

function accepted(conversation: Conversation, text: string): Promise<unknown> {
  return until(
    conversation.messages,
    ({ messages }) => messages.some((message) => message.seq !== null && textOf(message) === text),
    `${text} to be accepted`,
  );
}
