import { expect } from 'vitest';
import { openDatabase } from '../src/db/database.ts';
import { TIMEOUTS } from '../src/db/connect.ts';
import { channelOf } from './support/channels.ts';
import { signUp } from './support/people.ts';
import { test } from './support/test.ts';

test('every way to the database has time limits', async ({ relay, tenant }) => {
  const db = openDatabase({ url: relay.database.url, isIsolated: true, onError: () => undefined });
  const names = Object.keys(TIMEOUTS);
  const ask = names.map((name) => `current_setting('${name}') as ${name}`).join(', ');
  const [viaPool, viaSql, viaWrites] = [
    (await db.pool.within(tenant.tenantId, () => db.pool.query<Record<string, string>>(`select ${ask}`))).rows[0]!,
    ...(await Promise.all(
      [db.sql.of(tenant.tenantId), db.writes].map(async (sql) => (await sql.unsafe(`select ${ask}`))[0]!),
    )),
  ];
  const usual = { statement_timeout: '15s', lock_timeout: '5s', idle_in_transaction_session_timeout: '15s' };
  expect(viaPool).toMatchObject(usual);
  expect(viaSql).toMatchObject(usual);
  expect(viaWrites).toMatchObject({ ...usual, lock_timeout: '200ms' });
  // Over a loopback connection too: 20 s.
  for (const settings of [viaPool, viaSql, viaWrites]) expect(settings!['tcp_user_timeout']).toMatch(/^20(?:s|000)/);
  await db.close();
});

test('messages are stored while every connection for reading is held up', async ({ relay, tenant, pair }) => {
  const { alice, send } = await pair();
  const readers = await Promise.all(Array.from({ length: 3 }, () => signUp(relay, tenant)));
  const channels = await Promise.all(readers.map((reader) => channelOf(reader, [], `c${reader.userId.slice(0, 8)}`)));
  await send(alice, 'before');
  const lock = await relay.sql.reserve();
  await lock`begin`;
  await lock`lock table channel_groups in access exclusive mode`;
  const held = readers.flatMap((reader, i) =>
    Array.from({ length: 10 }, () =>
      reader.first.api.channels.group.query({ conversationId: channels[i]!.conversationId }).catch(() => null),
    ),
  );
  const waiting = async () =>
    (await relay.sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
      .length;
  await expect.poll(waiting).toBe(5);
  expect((await send(alice, 'meanwhile')).seq).toBe(2);
  await lock`rollback`;
  lock.release();
  await Promise.all(held);
});
