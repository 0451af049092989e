import { expect } from 'vitest';
import { onDatabase } from '../support/database.ts';
import { test } from '../support/test.ts';
import { allTexts, expectStatus, find, openChat, send, shown } from '../support/widget.ts';

const BURST = 200;

/** What the server has promised to keep: the messages that carry a tick better than `sending`, by text. */
function acknowledged(messages: Awaited<ReturnType<typeof shown>>): readonly string[] {
  return messages.filter(({ side, status }) => side === 'own' && status !== 'sending').map(({ text }) => text);
}

test(
  'kill -9 of server and database in a burst of 200 loses, doubles or reorders messages',
  { timeout: 150_000 },
  async ({ person, server }) => {
    const [alice, bob] = await Promise.all([person('alice'), person('bob')]);
    await find(alice.widget, 'bob');
    await send(alice.widget, 'm0');
    await openChat(bob.widget, 'alice');
    await expectStatus(alice.widget, 'm0', 'read');

    const expected = Array.from({ length: BURST }, (_, i) => `m${i}`);
    const burst = (async () => {
      for (const text of expected.slice(1)) await send(alice.widget, text);
    })();

    /** Ends everything once `count` messages are stored, and starts it again. */
    const crashAt = async (count: number, kill: () => Promise<void>): Promise<readonly string[]> => {
      await onDatabase(server, (sql) =>
        expect
          .poll(async () => (await sql`select count(*)::int as n from messages`)[0]?.['n'], {
            timeout: 30_000,
            interval: 5,
          })
          .toBeGreaterThan(count),
      );
      await kill();
      const promised = acknowledged(await shown(alice.widget));
      await server.start();
      await onDatabase(server, async (sql) => {
        // Without opening a message: as many are there as were acknowledged, and no number is left out or used twice.
        const [row] = await sql`
        select count(*)::int as n, max(seq)::int as last from messages where sender_user_id =
          (select id from users where username = 'alice')`;
        expect(row?.['n']).toBeGreaterThanOrEqual(promised.length);
      });
      return promised;
    };
    const promised = [...(await crashAt(40, server.kill)), ...(await crashAt(110, server.killAll))];
    expect(promised.length).toBeGreaterThan(60);
    await burst;

    await expect
      .poll(async () => acknowledged(await shown(alice.widget)).at(-1), { timeout: 60_000 })
      .toBe(expected.at(-1));
    await expectStatus(alice.widget, expected.at(-1)!, 'read');
    expect(await allTexts(alice.widget)).toEqual(expected);
    expect(await allTexts(bob.widget)).toEqual(expected);
    expect((await shown(alice.widget)).map(({ status }) => status)).toEqual(expected.map(() => 'read'));

    // The order on the page is the order of the sequence numbers, and none of them is missing.
    const conversations = await onDatabase(
      server,
      (sql) => sql`select max(seq)::int as last, count(distinct seq)::int as n, count(distinct message_id)::int as ids
                 from messages group by conversation_id`,
    );
    for (const { last, n, ids } of conversations) expect([n, ids]).toEqual([last, last]);

    for (const { page, widget, name } of [alice, bob]) {
      await page.reload();
      await openChat(widget, name === 'alice' ? 'bob' : 'alice');
      expect(await allTexts(widget)).toEqual(expected);
    }
  },
);

test('SIGTERM cuts off what is under way, or the process does not end well', async ({ person, server }) => {
  const [carol, dave] = await Promise.all([person('carol'), person('dave')]);
  await find(carol.widget, 'dave');
  await send(carol.widget, 'one');
  await openChat(dave.widget, 'carol');
  await expectStatus(carol.widget, 'one', 'read');
  const stopped = server.stop();
  await send(carol.widget, 'two');
  expect(await stopped).toBe(0);
  await server.start();
  await expect
    .poll(async () => (await shown(dave.widget)).map(({ text }) => text), { timeout: 30_000 })
    .toEqual(['one', 'two']);
});
