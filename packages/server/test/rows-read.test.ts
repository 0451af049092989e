import { newId, type ConversationId, type MessageId } from '@seal-chat/protocol';
import type { Sql } from 'postgres';
import { describe, expect } from 'vitest';
import { findHeads } from '../src/channels/log/heads-store.ts';
import { sendChannelBatch } from '../src/channels/messages/store.ts';
import { readStored } from '../src/http/demo-store.ts';
import { findHistory, sendBatch } from '../src/messages/store.ts';
import { readMailbox } from '../src/sync/store.ts';
import { channelOf } from './support/channels.ts';
import { rng } from './support/connections.ts';
import { messageTo } from './support/messages.ts';
import { signUp, type TestPerson } from './support/people.ts';
import type { Relay, TestTenant } from './support/relay.ts';
import { test } from './support/test.ts';

/** Rows that any of these may read: a page of 50 with all that belongs to it, and not one for each of what else there is. */
const MOST = 500;
const MANY = 5_000;

interface Scene {
  readonly tenant: TestTenant;
  readonly alice: TestPerson;
  readonly bob: TestPerson;
  readonly dm: ConversationId;
  readonly channel: ConversationId;
}

/** A DM of two people and a channel of theirs. */
async function sceneIn(relay: Relay): Promise<Scene> {
  const tenant = await relay.addTenant();
  const [alice, bob] = [await signUp(relay, tenant), await signUp(relay, tenant)];
  const { conversationId: dm } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
  await alice.first.api.messages.send.mutate(messageTo(dm, [alice, bob], alice.first, 'first'));
  return { tenant, alice, bob, dm, channel: (await channelOf(alice, [bob])).conversationId };
}

/** A long DM of many senders, all of which waits for Bob, and a channel with very many members. */
async function fill(relay: Relay, { tenant: { tenantId }, bob, dm, channel }: Scene): Promise<void> {
  const { sql } = relay;
  await sql`
    insert into users (tenant_id, id, identity_key, list_version)
    select ${tenantId}, md5('user' || n)::uuid, ''::bytea, 1 from generate_series(1, ${MANY}) n`;
  await sql`
    insert into devices (tenant_id, id, user_id, dh_key, sign_key, registration_id, added_in)
    select ${tenantId}, md5('device' || n)::uuid, md5('user' || n)::uuid, ''::bytea, ''::bytea, 1, 1
    from generate_series(1, ${MANY}) n`;
  await sql`
    insert into messages (tenant_id, conversation_id, seq, message_id, sender_user_id, sender_device_id, created_at, body)
    select tenant_id, conversation_id, n, gen_random_uuid(), md5('user' || n)::uuid, md5('device' || n)::uuid, created_at, body
    from messages, generate_series(3, ${MANY}) n where conversation_id = ${dm} and seq = 1`;
  await sql`update conversations set last_seq = ${MANY} where id = ${dm}`;
  await sql`
    insert into mailbox_entries (tenant_id, device_id, position, kind, conversation_id, seq, envelope)
    select tenant_id, ${bob.first.deviceId}, 10 + seq, 'message', conversation_id, seq, ''::bytea
    from messages where conversation_id = ${dm} and seq > 2`;
  await sql`update mailboxes set head = 10 + ${MANY} where device_id = ${bob.first.deviceId}`;
  await sql`
    insert into memberships (tenant_id, conversation_id, user_id)
    select ${tenantId}, ${channel}, md5('user' || n)::uuid from generate_series(1, ${MANY}) n`;
  await sql`
    insert into channel_leaves (tenant_id, conversation_id, device_id)
    select ${tenantId}, ${channel}, md5('device' || n)::uuid from generate_series(1, ${MANY}) n`;
  // As the Commit that brought them leaves it.
  await sql`update channel_groups set may_add = false, may_remove = false where conversation_id = ${channel}`;
}

const payload = { bytes: Buffer.from('x'), text: 'eA' };

/** What nobody waits for: PostgreSQL's own plans, and those of the demo, are made again when there are statistics. */
const WITH_STATISTICS = /^deleting|demo/;

/** What is measured, each in a transaction of its own. */
const WORK: Record<string, (sql: Sql, scene: Scene) => Promise<unknown>> = {
  'a direct message': (sql, { tenant, alice, bob, dm }) =>
    sendBatch(
      sql,
      [
        {
          tenantId: tenant.tenantId,
          conversationId: dm,
          messageId: newId<MessageId>(rng(16)),
          senderUserId: alice.userId,
          senderDeviceId: alice.first.deviceId,
          claims: [alice, bob].map(({ userId }) => ({ userId, version: 1 })),
          body: payload,
          envelopes: [{ deviceId: bob.first.deviceId, envelope: payload }],
        },
      ],
      Date.now(),
    ).then(([result]) => expect(result).toMatchObject({ kind: 'stored' })),
  'a message to a channel': (sql, { tenant, alice, channel }) =>
    sendChannelBatch(
      sql,
      [
        {
          tenantId: tenant.tenantId,
          conversationId: channel,
          messageId: newId<MessageId>(rng(16)),
          senderUserId: alice.userId,
          senderDeviceId: alice.first.deviceId,
          incarnation: 0,
          epoch: 1,
          body: payload,
          envelope: payload,
        },
      ],
      Date.now(),
    ).then(([result]) => expect(result).toMatchObject({ kind: 'stored' })),
  'a page of history': (sql, { tenant, bob, dm }) =>
    findHistory(sql, { tenantId: tenant.tenantId, conversationId: dm, deviceId: bob.first.deviceId }, null, 50).then(
      ({ messages }) => expect(messages).toHaveLength(50),
    ),
  'a page of a mailbox': (sql, { tenant, bob }) => readMailbox(sql, tenant.tenantId, bob.first.deviceId, 0),
  'the heads of channels': (sql, { tenant, bob }) =>
    findHeads(sql, tenant.tenantId, bob.userId).then((heads) => expect(heads).toMatchObject([{ isPending: false }])),
  'taking a message back': (sql, { tenant, dm }) => sql`
    select seal_empty_messages(array[${tenant.tenantId}::uuid], array[${dm}::uuid], array[9::bigint])`,
  'what the demo shows of a conversation': (sql, { tenant, channel }) => readStored(sql, tenant.tenantId, channel),
  'deleting a conversation of one message': async (sql, { tenant: { tenantId }, alice }) => {
    await sql`insert into conversations (tenant_id, id, kind) values (${tenantId}, ${tenantId}, 'channel')`;
    await sql`
      insert into messages (tenant_id, conversation_id, seq, message_id, sender_user_id, sender_device_id, created_at, body)
      values (${tenantId}, ${tenantId}, 1, gen_random_uuid(), ${alice.userId}, ${alice.first.deviceId}, now(), ''::bytea)`;
    await sql`delete from conversations where tenant_id = ${tenantId} and id = ${tenantId}`;
  },
  'deleting a device of another person': (sql, { tenant }) => sql`
    delete from devices where tenant_id = ${tenant.tenantId} and id = md5('device1')::uuid`,
  'deleting the account of another person': (sql, { tenant }) => sql`
    delete from users where tenant_id = ${tenant.tenantId} and id = md5('user2')::uuid`,
};

/** Rows that the transaction has read so far. */
async function rowsRead(sql: Sql): Promise<number> {
  const [row] = await sql<{ rows: number }[]>`
    select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int as rows from pg_stat_xact_user_tables`;
  return row!.rows;
}

describe('in a tenant with very many rows, few are read by', () => {
  const scenes = new WeakMap<Relay, Promise<Scene>>();

  test.for(Object.keys(WORK))('%s', async (name, { relay }) => {
    if (!scenes.has(relay)) {
      const scene = sceneIn(relay);
      scenes.set(relay, scene);
      // Plans are made while there is nothing yet, and are kept.
      await relay.sql.begin(async (tx) => WORK['a direct message']!(tx as unknown as Sql, await scene));
      await fill(relay, await scene);
    }
    const scene = await scenes.get(relay)!;
    for (const isAnalyzed of WITH_STATISTICS.test(name) ? [true] : [false, true]) {
      if (isAnalyzed) await relay.sql`analyze`;
      await relay.sql.begin(async (tx) => {
        const sql = tx as unknown as Sql;
        const before = await rowsRead(sql);
        await WORK[name]!(sql, scene);
        expect((await rowsRead(sql)) - before, isAnalyzed ? 'with statistics' : 'without').toBeLessThan(MOST);
      });
    }
  });
});
