import { expect } from 'vitest';
import { onDatabase } from '../support/database.ts';
import type { SealServer } from '../support/server.ts';
import { testWithServer } from '../support/test.ts';
import { allTexts, expectStatus, find, openChat, send, shown } from '../support/widget.ts';
import { patient } from '../../scripts/lib/patience.mjs';

const test = testWithServer();

const BURST = 200;
/** So many messages wait for the server at most while more are written: the page shows some that it has, too. */
const UNDER_WAY = 16;

type Shown = Awaited<ReturnType<typeof shown>>;

/** What the server has promised to keep: own messages with a better tick than `sending`. */
function acknowledged(messages: Shown): Shown {
  return messages.filter(({ side, status }) => side === 'own' && status !== 'sending' && status !== 'failed');
}

/** Ids of everything `username` has sent that is in the database. */
function storedIds(server: SealServer, username: string): Promise<readonly string[]> {
  return onDatabase(server, async (sql) => {
    const rows = await sql<{ id: string }[]>`
      select message_id as id from messages where sender_user_id = (select id from users where username = ${username})`;
    return rows.map(({ id }) => id);
  });
}

test(
  'kill -9 of server and database in a burst of 200 messages loses, doubles and reorders none',
  { timeout: patient(180_000) },
  async ({ person, process: server }) => {
    const [alice, bob] = await Promise.all([person('alice'), person('bob')]);
    await find(alice.widget, 'bob');
    await send(alice.widget, 'm0');
    await openChat(bob.widget, 'alice');
    await expectStatus(alice.widget, 'm0', 'read');

    const expected = Array.from({ length: BURST }, (_, i) => `m${i}`);
    const typed = (async () => {
      const underWay = async () => (await shown(alice.widget)).filter(({ status }) => status === 'sending').length;
      for (const [i, text] of expected.slice(1).entries()) {
        await send(alice.widget, text);
        if (i % 4 === 0) await expect.poll(underWay, { timeout: patient(60_000) }).toBeLessThan(UNDER_WAY);
      }
    })();
    // Rejects below; until then another step may fail first.
    typed.catch(() => {});

    const crashes: readonly (readonly [after: number, crash: () => Promise<void>])[] = [
      [30, server.kill],
      [80, server.killDatabase],
      [130, () => Promise.all([server.killDatabase(), server.kill()]).then(() => undefined)],
    ];
    const promised = new Set<string>();
    for (const [after, crash] of crashes) {
      await expect
        .poll(async () => (await storedIds(server, 'alice')).length, { timeout: patient(40_000), interval: 20 })
        .toBeGreaterThan(after);
      await crash();
      // The list holds the rows around what is looked at.
      const seen = acknowledged(await shown(alice.widget));
      expect(seen.length).toBeGreaterThan(0);
      for (const { messageId } of seen) promised.add(messageId);
      await server.start();
      const stored = await storedIds(server, 'alice');
      expect([...promised].filter((id) => !stored.includes(id))).toEqual([]);
      // It was in the middle.
      expect(stored.length).toBeLessThan(BURST);
    }
    expect(promised.size).toBeGreaterThan(40);
    await typed;

    await expectStatus(alice.widget, expected.at(-1)!, 'read', patient(60_000));
    expect(await allTexts(alice.widget)).toEqual(expected);
    expect(await allTexts(bob.widget)).toEqual(expected);
    expect((await shown(alice.widget)).map(({ status }) => status)).toEqual(expected.map(() => 'read'));

    // What is on the page is in the order of the sequence numbers, of which none is missing.
    const ids = (await shown(bob.widget)).map(({ messageId }) => messageId);
    const rows = await onDatabase(
      server,
      (sql) => sql<{ id: string; seq: number }[]>`select message_id as id, seq::int from messages order by seq`,
    );
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1));
    expect(rows.map(({ id }) => id).filter((id) => ids.includes(id))).toEqual(ids);

    for (const [{ page, widget }, peer] of [
      [alice, 'bob'],
      [bob, 'alice'],
    ] as const) {
      await page.reload();
      await openChat(widget, peer);
      expect(await allTexts(widget)).toEqual(expected);
    }
  },
);

test('SIGTERM lets what is under way finish, and the process ends with code 0', async ({ person, process: server }) => {
  await server.start();
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
    .poll(async () => (await shown(dave.widget)).map(({ text }) => text), { timeout: patient(30_000) })
    .toEqual(['one', 'two']);
});
