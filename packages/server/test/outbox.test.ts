import { describe, expect } from 'vitest';
import { USAGE } from '../src/usage/names.ts';
import { countWaiting, deleteFetched, noteMissing, noteWaiting } from '../src/waiting/store.ts';
import { channelMessage, channelOf } from './support/channels.ts';
import { addDevice } from './support/devices.ts';
import { upload } from './support/files.ts';
import { messageTo } from './support/messages.ts';
import { signUp, type TestPerson } from './support/people.ts';
import type { Relay } from './support/relay.ts';
import { test } from './support/test.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** Resolves when no relay has anything to take. */
async function relayed({ sql }: Relay): Promise<void> {
  await expect.poll(async () => (await sql`select 1 from outbox`).length).toBe(0);
}

/** What a tenant used, by hour and by day. */
async function usageOf({ sql }: Relay, tenantId: string, metric: number): Promise<readonly number[]> {
  const [row] = await sql<{ hours: number; days: number }[]>`
    select (select coalesce(sum(value), 0)::int from usage_hours where tenant_id = ${tenantId} and metric = ${metric}) as hours,
      (select coalesce(sum(value), 0)::int from usage_days where tenant_id = ${tenantId} and metric = ${metric}) as days`;
  return [row!.hours, row!.days];
}

/** What waits for a person, once the jobs are done. */
const waitingFor = (relay: Relay, { tenant, userId }: TestPerson) => countWaiting(relay.sql, tenant.tenantId, userId);

describe('usage', () => {
  test('messages, their bytes, people, devices and files are counted once each, by hour and by day', async ({
    relay,
  }) => {
    const tenant = await relay.addTenant();
    const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
    const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
    await Promise.all(
      upTo(40).map((n) =>
        alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, `${n}`)),
      ),
    );
    const twice = messageTo(conversationId, [alice, bob], alice.first, 'twice');
    await alice.first.api.messages.send.mutate(twice);
    await alice.first.api.messages.send.mutate(twice);
    const channel = await channelOf(alice, []);
    await alice.first.api.channels.send.mutate(channelMessage(channel.conversationId, channel.group, 'all'));
    const attachmentId = await upload(alice, conversationId, 1_000);
    await alice.first.api.messages.send.mutate({
      ...messageTo(conversationId, [alice, bob], alice.first, 'file'),
      attachmentIds: [attachmentId],
    });
    await relayed(relay);
    const [stored] = await relay.sql<{ count: number; bytes: number; fileBytes: number }[]>`
      select count(*) as count, sum(octet_length(body))::int as bytes,
        (select sum(size)::int from attachments where tenant_id = ${tenant.tenantId}) as "fileBytes"
      from messages where tenant_id = ${tenant.tenantId} and kind = 'message'`;
    expect(stored!.count).toBe(43);
    const expected = {
      messages: 43,
      messageBytes: stored!.bytes,
      newUsers: 2,
      newDevices: 2,
      files: 1,
      fileBytes: stored!.fileBytes,
    };
    for (const [name, value] of Object.entries(expected)) {
      expect(await usageOf(relay, tenant.tenantId, USAGE[name as keyof typeof expected]), name).toEqual([value, value]);
    }
  });

  test('goes with its tenant, whatever is on its way', async ({ relay }) => {
    const tenant = await relay.addTenant();
    await signUp(relay, tenant);
    await relayed(relay);
    expect(await usageOf(relay, tenant.tenantId, USAGE.newUsers)).toEqual([1, 1]);
    await relay.sql.begin(async (tx) => {
      await tx`insert into outbox (kind, tenant_ids, metrics, amounts)
        values (3, ${[tenant.tenantId]}::uuid[], ${[USAGE.newUsers]}::smallint[], ${[1]}::bigint[])`;
      await tx`delete from tenants where id = ${tenant.tenantId}`;
    });
    await relayed(relay);
    for (const table of ['usage_hours', 'usage_days', 'waiting']) {
      expect(await relay.sql`select 1 from ${relay.sql(table)} where tenant_id = ${tenant.tenantId}`).toHaveLength(0);
    }
  });
});

describe('what waits for a person', () => {
  test('is what others sent and no device has stored, and no longer what was stored or taken back', async ({
    relay,
    pair,
  }) => {
    const { alice, bob, conversationId, send } = await pair();
    const second = await addDevice(relay, bob);
    await send(alice, '1');
    const { seq } = await send(alice, '2');
    await send(alice, '3');
    await send(bob, 'own');
    await expect.poll(() => waitingFor(relay, bob)).toMatchObject({ conversations: 1, messages: 3 });
    const { oldestAt } = await waitingFor(relay, bob);
    expect(Date.now() - oldestAt!.getTime()).toBeLessThan(60_000);
    await expect.poll(() => waitingFor(relay, alice)).toMatchObject({ conversations: 1, messages: 1 });
    await alice.first.api.messages.remove.mutate({ conversationId, seq });
    expect(await waitingFor(relay, bob)).toMatchObject({ messages: 2 });
    await second.api.sync.ack.mutate({ position: 1 });
    await expect.poll(() => waitingFor(relay, bob)).toMatchObject({ conversations: 1, messages: 1 });
    await bob.first.api.sync.ack.mutate({ position: 3 });
    await expect.poll(() => waitingFor(relay, bob)).toEqual({ conversations: 0, messages: 0, oldestAt: null });
    await deleteFetched(relay.sql);
    const rows = await relay.sql`select user_id from waiting where conversation_id = ${conversationId}`;
    expect([...rows]).toEqual([{ user_id: alice.userId }]);
  });

  test('is right however often and in which order jobs come, and what they lost is found again', async ({
    relay,
    pair,
  }) => {
    const { alice, bob, conversationId, send } = await pair();
    for (const n of upTo(4)) await send(alice, `${n}`);
    await relayed(relay);
    await expect.poll(() => waitingFor(relay, bob)).toMatchObject({ messages: 4 });
    const range = (from: number, to: number) => [[alice.tenant.tenantId, conversationId, from, to]] as const;
    await bob.first.api.sync.ack.mutate({ position: 2 });
    await Promise.all([noteWaiting(relay.sql, range(1, 2)), noteWaiting(relay.sql, range(1, 4))]);
    // One that comes late says less than is known already.
    await noteWaiting(relay.sql, range(1, 3));
    expect(await waitingFor(relay, bob)).toMatchObject({ conversations: 1, messages: 2 });
    const rows = () => relay.sql`select last_seq from waiting where conversation_id = ${conversationId}`;
    const before = [...(await rows())];
    await relay.sql`delete from waiting where conversation_id = ${conversationId}`;
    expect(await waitingFor(relay, bob)).toMatchObject({ messages: 0 });
    await noteMissing(relay.sql);
    expect([...(await rows())]).toEqual(before);
  });

  test('goes with the person', async ({ relay, pair }) => {
    const { alice, bob, conversationId, send } = await pair();
    await send(alice, '1');
    await expect.poll(() => waitingFor(relay, bob)).toMatchObject({ messages: 1 });
    await relay.sql`delete from users where id = ${bob.userId}`;
    expect(await relay.sql`select 1 from waiting where conversation_id = ${conversationId}`).toHaveLength(0);
  });
});
