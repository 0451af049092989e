import { ciphertextSize, newId, type AttachmentId } from '@seal-chat/protocol';
import { describe, expect } from 'vitest';
import { recountStorage } from '../src/attachments/storage-quota.ts';
import { forgetGuests } from '../src/jobs/guests.ts';
import { deleteOldLists, deleteSpentKeys, deleteWelcomes } from '../src/jobs/key-material.ts';
import { boundMailboxes, emptyClosedMailboxes } from '../src/jobs/mailboxes.ts';
import { PURGES, runPurges } from '../src/jobs/purges.ts';
import { emptyOldMessages } from '../src/jobs/retention.ts';
import { purgeExpired } from '../src/jobs/store.ts';
import type { Rates } from '../src/limits/rates.ts';
import { channelMessage, channelOf, newChannel, reconcile } from './support/channels.ts';
import { rng } from './support/connections.ts';
import { addDevice, publishPreKeys, reconnect, removeDevices } from './support/devices.ts';
import { caughtUp, listen, messagesIn } from './support/events.ts';
import { messageTo } from './support/messages.ts';
import { signUp, type TestPerson } from './support/people.ts';
import { refusalOf } from './support/probes.ts';
import type { Relay, TestTenant } from './support/relay.ts';
import { test } from './support/test.ts';

const DAY_MS = 24 * 3_600_000;
const RATES = { messageDays: 36_500, guestDays: 365, mailboxEntries: 10_000 } as Rates;
const context = ({ sql }: Relay, own: Partial<Rates> = {}, now = Date.now()) => ({
  sql,
  now,
  rates: { ...RATES, ...own },
});

async function count(relay: Relay, table: string, where: Record<string, string>): Promise<number> {
  const [column, value] = Object.entries(where)[0]!;
  const [row] = await relay.sql<{ count: number }[]>`
    select count(*)::int as count from ${relay.sql(table)} where ${relay.sql(column)} = ${value}`;
  return row!.count;
}

async function dmOf(one: TestPerson, two: TestPerson, texts: readonly string[]) {
  const { conversationId } = await one.first.api.conversations.openDm.mutate({ userId: two.userId });
  for (const text of texts) {
    await one.first.api.messages.send.mutate(messageTo(conversationId, [one, two], one.first, text));
  }
  return conversationId;
}

async function upload(person: TestPerson, conversationId: Awaited<ReturnType<typeof dmOf>>, size: number) {
  const attachmentId = newId<AttachmentId>(rng(16));
  await person.first.api.attachments.create.mutate({ attachmentId, conversationId, size: ciphertextSize(size) });
  return attachmentId;
}

describe('mailboxes', () => {
  test('of a device that does not come back keep the newest, and the rest is in the history', async ({
    relay,
    tenant,
    people,
  }) => {
    const [alice, bob] = (await people(2)) as [TestPerson, TestPerson];
    const conversationId = await dmOf(alice, bob, ['1', '2', '3', '4', '5']);
    await boundMailboxes(context(relay, { mailboxEntries: 2 }));
    const heard = await caughtUp(listen(reconnect(relay, tenant, bob.first)));
    expect(messagesIn(heard.events).map(({ seq, position }) => [seq, position])).toEqual([
      [4, 4],
      [5, 5],
    ]);
    const { messages } = await bob.first.api.messages.history.query({ conversationId, before: null, limit: 10 });
    expect(messages.map(({ seq, envelope }) => [seq, envelope !== null])).toEqual([
      [5, true],
      [4, true],
      [3, false],
      [2, false],
      [1, false],
    ]);
    // Nobody is told that it has them.
    const { members } = await alice.first.api.conversations.get.query({ conversationId });
    expect(members.find(({ userId }) => userId === bob.userId)!.deliveredSeq).toBe(0);
    // What is gone is not looked for again.
    const [mailbox] = await relay.sql`
      select acked::int, head::int from mailboxes where device_id = ${bob.first.deviceId}`;
    expect(mailbox).toEqual({ acked: 3, head: 5 });
    // And a device that says where it was before goes on from where the mailbox begins now.
    const again = await caughtUp(listen(reconnect(relay, tenant, bob.first), '1'));
    expect(messagesIn(again.events).map(({ seq }) => seq)).toEqual([4, 5]);
  });

  test('are bounded by what their tenant says', async ({ relay }) => {
    const [short, long] = await Promise.all([relay.addTenant({ limits: { mailboxEntries: 1 } }), relay.addTenant()]);
    const boxes = await Promise.all(
      [short, long].map(async (tenant) => {
        const [alice, bob] = [await signUp(relay, tenant), await signUp(relay, tenant)];
        await dmOf(alice, bob, ['1', '2', '3']);
        return bob.first.deviceId;
      }),
    );
    await boundMailboxes(context(relay));
    expect(await count(relay, 'mailbox_entries', { device_id: boxes[0]! })).toBe(1);
    expect(await count(relay, 'mailbox_entries', { device_id: boxes[1]! })).toBe(3);
  });

  test('of removed devices are deleted at once when they are short, and piece by piece when they are long', async ({
    relay,
    people,
  }) => {
    const [alice, bob] = (await people(2)) as [TestPerson, TestPerson];
    const second = await addDevice(relay, bob);
    await dmOf(alice, bob, ['one']);
    await relay.sql`
      insert into mailbox_entries (tenant_id, device_id, position, kind, conversation_id, seq)
      select e.tenant_id, e.device_id, n, 'retry-request', e.conversation_id, e.seq
      from mailbox_entries e, generate_series(2, 2500) n where e.device_id = ${second.deviceId}`;
    await removeDevices(bob, bob.first, [second.deviceId]);
    expect(await count(relay, 'mailbox_entries', { device_id: second.deviceId })).toBe(1_500);
    expect(await count(relay, 'closed_mailboxes', { device_id: second.deviceId })).toBe(1);
    await emptyClosedMailboxes(relay.sql);
    expect(await count(relay, 'mailbox_entries', { device_id: second.deviceId })).toBe(0);
    expect(await count(relay, 'closed_mailboxes', { device_id: second.deviceId })).toBe(0);
    expect(await count(relay, 'mailbox_entries', { device_id: bob.first.deviceId })).toBe(1);
  });
});

describe('keys', () => {
  test('a Welcome is kept as long as a mailbox waits for it', async ({ relay, people }) => {
    const [owner, member, late] = (await people(3)) as [TestPerson, TestPerson, TestPerson];
    const { conversationId } = await channelOf(owner, [member, late]);
    const welcomes = async () => {
      const [row] = await relay.sql<{ count: number }[]>`
        select count(welcome)::int as count from channel_commits where conversation_id = ${conversationId}`;
      return row!.count;
    };
    await member.first.api.sync.ack.mutate({ position: 1 });
    await deleteWelcomes(relay.sql);
    expect(await welcomes()).toBe(1);
    await late.first.api.sync.ack.mutate({ position: 1 });
    await deleteWelcomes(relay.sql);
    expect(await welcomes()).toBe(0);
    const { entries } = await member.first.api.channels.log.query({ conversationId, after: 0, limit: 10 });
    expect(entries.map(({ kind }) => kind)).toEqual(['commit']);
  });

  test('spent keys are remembered for longer than they could be used, and not without number', async ({
    relay,
    people,
  }) => {
    const [alice, bob] = (await people(2)) as [TestPerson, TestPerson];
    const { deviceId } = alice.first;
    await relay.sql`
      insert into spent_prekeys (tenant_id, device_id, kind, key_id, digest, spent_at)
      select tenant_id, id, 'oneTime', n, ''::bytea, now() - (n || ' minutes')::interval
      from devices, generate_series(1, 5010) n where id = ${deviceId}`;
    await relay.sql`
      insert into spent_key_packages (tenant_id, device_id, ref, spent_at)
      select tenant_id, id, '\\x01'::bytea, now() from devices where id = ${bob.first.deviceId}`;
    await deleteSpentKeys(relay.sql);
    expect(await count(relay, 'spent_prekeys', { device_id: deviceId })).toBe(5_000);
    const [newest] = await relay.sql`select min(key_id)::int as first from spent_prekeys where device_id = ${deviceId}`;
    expect(newest).toEqual({ first: 1 });
    await purgeExpired(relay.sql, Date.now() + 119 * DAY_MS);
    expect(await count(relay, 'spent_key_packages', { device_id: bob.first.deviceId })).toBe(1);
    await purgeExpired(relay.sql, Date.now() + 121 * DAY_MS);
    expect(await count(relay, 'spent_prekeys', { device_id: deviceId })).toBe(0);
    expect(await count(relay, 'spent_key_packages', { device_id: bob.first.deviceId })).toBe(0);
  });

  test('used refresh tokens are known for a week', async ({ relay, tenant, people, anonymous }) => {
    const [alice] = (await people(1)) as [TestPerson];
    await anonymous.api.auth.refresh.mutate({ refreshToken: alice.first.session.refreshToken });
    const used = () => count(relay, 'used_refresh_tokens', { tenant_id: tenant.tenantId });
    const before = await used();
    await purgeExpired(relay.sql, Date.now() + 6 * DAY_MS);
    expect(await used()).toBe(before);
    await purgeExpired(relay.sql, Date.now() + 8 * DAY_MS);
    expect(await used()).toBe(0);
  });

  test('old versions of a device list go only when there are very many', async ({ relay, people }) => {
    const [few, many] = (await people(2)) as [TestPerson, TestPerson];
    await relay.sql`
      insert into device_lists (tenant_id, user_id, version, bytes, signature, created_at)
      select tenant_id, id, n, ''::bytea, ''::bytea, now() - interval '400 days'
      from users, generate_series(2, 1010) n where id = ${many.userId}`;
    await relay.sql`update users set list_version = 1010 where id = ${many.userId}`;
    await relay.sql`update device_lists set created_at = now() - interval '900 days' where user_id in ${relay.sql([few.userId, many.userId])}`;
    await deleteOldLists(relay.sql, Date.now());
    expect(await count(relay, 'device_lists', { user_id: few.userId })).toBe(1);
    expect(await count(relay, 'device_lists', { user_id: many.userId })).toBe(1_000);
  });
});

describe('guests', () => {
  const leave = (relay: Relay, person: TestPerson, days: number) => relay.sql`
    with left_behind as (update users set created_at = now() - ${`${days} days`}::interval where id = ${person.userId})
    update devices set seen_on = now() - ${`${days} days`}::interval where user_id = ${person.userId}`;
  const isThere = async (relay: Relay, person: TestPerson) =>
    (await count(relay, 'users', { id: person.userId })) === 1;

  test('who do not come back are deleted with their DMs; who were there, and accounts, are not', async ({
    relay,
    tenant,
    people,
  }) => {
    const [account, forgotten] = (await people(2)) as [TestPerson, TestPerson];
    const [gone, present] = [await signUp(relay, tenant, null), await signUp(relay, tenant, null)];
    const conversationId = await dmOf(gone, account, ['hello']);
    await Promise.all([leave(relay, gone, 366), leave(relay, forgotten, 900), leave(relay, present, 364)]);
    await forgetGuests(context(relay));
    expect(await isThere(relay, gone)).toBe(false);
    expect(await count(relay, 'conversations', { id: conversationId })).toBe(0);
    expect(await count(relay, 'mailbox_entries', { device_id: account.first.deviceId })).toBe(0);
    expect(await Promise.all([account, forgotten, present].map((person) => isThere(relay, person)))).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('who signed in again in time stay', async ({ relay, tenant, anonymous }) => {
    const guest = await signUp(relay, tenant, null);
    await leave(relay, guest, 400);
    await anonymous.api.auth.refresh.mutate({ refreshToken: guest.first.session.refreshToken });
    await forgetGuests(context(relay));
    expect(await isThere(relay, guest)).toBe(true);
  });

  test('leave their channels first, and go when no group has a device of theirs', async ({ relay, tenant, people }) => {
    const [owner] = (await people(1)) as [TestPerson];
    const [guest, writer] = [await signUp(relay, tenant, null), await signUp(relay, tenant, null)];
    const { conversationId, group } = await channelOf(owner, [guest, writer]);
    await writer.first.api.channels.send.mutate(channelMessage(conversationId, group));
    const alone = await guest.first.api.channels.create.mutate(newChannel());
    await Promise.all([leave(relay, guest, 400), leave(relay, writer, 400)]);
    await forgetGuests(context(relay));
    expect(await count(relay, 'conversations', { id: alone.conversationId })).toBe(0);
    expect(await isThere(relay, guest)).toBe(true);
    const { channels } = owner.first.api;
    expect(await refusalOf(channels.send.mutate(channelMessage(conversationId, group)))).toMatchObject({
      code: 'REMOVE_PENDING',
    });
    const next = await reconcile(owner.first, conversationId);
    await forgetGuests(context(relay));
    expect(await isThere(relay, guest)).toBe(false);
    // What a guest has written stays in the log, and so does the guest.
    expect(await isThere(relay, writer)).toBe(true);
    expect(await channels.send.mutate(channelMessage(conversationId, next))).toMatchObject({ seq: 4 });
    const { entries } = await channels.log.query({ conversationId, after: 0, limit: 10 });
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });
});

describe('messages', () => {
  test('lose body, envelopes and files after the tenant’s days, and keep their places', async ({ relay }) => {
    const [short, usual] = await Promise.all([relay.addTenant({ limits: { messageDays: 30 } }), relay.addTenant()]);
    const sent = async (tenant: TestTenant) => {
      const [alice, bob] = [await signUp(relay, tenant), await signUp(relay, tenant)];
      const conversationId = await dmOf(alice, bob, ['old', 'older than it looks', 'new']);
      await relay.sql`
        update messages set created_at = now() - interval '31 days'
        where conversation_id = ${conversationId} and seq < 3`;
      return { bob, conversationId };
    };
    const [kept, emptied] = [await sent(usual), await sent(short)];
    await emptyOldMessages(context(relay));
    const sizes = async ({ bob, conversationId }: Awaited<ReturnType<typeof sent>>) => {
      const { messages } = await bob.first.api.messages.history.query({ conversationId, before: null, limit: 10 });
      return messages.map(({ seq, body, envelope }) => [seq, body.length > 0, envelope !== null]);
    };
    expect(await sizes(emptied)).toEqual([
      [3, true, true],
      [2, false, false],
      [1, false, false],
    ]);
    expect((await sizes(kept)).every(([, hasBody]) => hasBody)).toBe(true);
    const [row] =
      await relay.sql`select emptied_seq::int as upto from conversations where id = ${emptied.conversationId}`;
    expect(row).toEqual({ upto: 2 });
    await emptyOldMessages(context(relay, {}, Date.now() + 31 * DAY_MS));
    expect((await sizes(emptied)).every(([, hasBody]) => !hasBody)).toBe(true);
  });

  test('of a long conversation are emptied completely, in pieces', async ({ relay, clock }) => {
    const tenant = await relay.addTenant({ limits: { messageDays: 1 } });
    const [alice, bob] = [await signUp(relay, tenant), await signUp(relay, tenant)];
    const conversationId = await dmOf(alice, bob, ['first']);
    await relay.sql`
      insert into messages (tenant_id, conversation_id, seq, message_id, sender_user_id, sender_device_id, created_at, body)
      select tenant_id, conversation_id, n, gen_random_uuid(), sender_user_id, sender_device_id, created_at, body
      from messages, generate_series(2, 1300) n where conversation_id = ${conversationId}`;
    await emptyOldMessages(context(relay, {}, Date.now() + clock.aheadMs + 2 * DAY_MS));
    const [row] = await relay.sql`
      select count(*)::int as left from messages where conversation_id = ${conversationId} and octet_length(body) > 0`;
    expect(row).toEqual({ left: 0 });
  });
});

describe('files', () => {
  test('have room for a person and for a tenant, and what is deleted makes room', async ({ relay }) => {
    const limits = { storageBytesPerUser: 250_000, storageBytesPerTenant: 400_000 };
    const tenant = await relay.addTenant({ limits });
    const [alice, bob] = [await signUp(relay, tenant), await signUp(relay, tenant)];
    const conversationId = await dmOf(alice, bob, []);
    const first = await upload(alice, conversationId, 100_000);
    await upload(alice, conversationId, 100_000);
    expect(await refusalOf(upload(alice, conversationId, 100_000))).toEqual({
      code: 'QUOTA_EXCEEDED',
      details: { maxBytes: limits.storageBytesPerUser },
    });
    await upload(bob, conversationId, 150_000);
    expect(await refusalOf(upload(bob, conversationId, 90_000))).toMatchObject({
      details: { maxBytes: limits.storageBytesPerTenant },
    });
    await alice.first.api.attachments.cancel.mutate({ attachmentId: first });
    await recountStorage(relay.sql);
    await upload(bob, conversationId, 90_000);
    const [row] = await relay.sql`
      select (select sum(bytes)::int from tenant_storage where tenant_id = ${tenant.tenantId})
        = (select sum(size)::int from attachments where tenant_id = ${tenant.tenantId}) as "isExact"`;
    expect(row).toEqual({ isExact: true });
  });

  test('an upload that was announced needs no more room, and a refused one leaves nothing', async ({ relay }) => {
    const tenant = await relay.addTenant({ limits: { storageBytesPerUser: 150_000 } });
    const [alice, bob] = [await signUp(relay, tenant), await signUp(relay, tenant)];
    const conversationId = await dmOf(alice, bob, []);
    const input = { attachmentId: newId<AttachmentId>(rng(16)), conversationId, size: ciphertextSize(140_000) };
    await alice.first.api.attachments.create.mutate(input);
    expect(await alice.first.api.attachments.create.mutate(input)).toMatchObject({ parts: 1, stored: [] });
    await refusalOf(upload(alice, conversationId, 140_000));
    expect(await count(relay, 'attachments', { user_id: alice.userId })).toBe(1);
  });

  test('without room for files, everything that is not a file goes on', async ({ relay }) => {
    const tenant = await relay.addTenant({ limits: { storageBytesPerUser: 1, storageBytesPerTenant: 1 } });
    const [alice, bob] = [await signUp(relay, tenant), await signUp(relay, tenant)];
    const second = await addDevice(relay, alice);
    const conversationId = await dmOf(alice, bob, ['a text']);
    expect(await refusalOf(upload(alice, conversationId, 10))).toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await publishPreKeys(alice, alice.first, 3);
    await removeDevices(alice, alice.first, [second.deviceId]);
    const channel = await channelOf(alice, [bob]);
    await alice.first.api.channels.remove.mutate({ conversationId: channel.conversationId, userId: bob.userId });
    await reconcile(alice.first, channel.conversationId);
    const heard = await caughtUp(listen(bob.first));
    expect(messagesIn(heard.events).map(({ seq }) => seq)).toEqual([1]);
    await bob.first.api.sync.ack.mutate({ position: 2 });
    await alice.first.api.messages.remove.mutate({ conversationId, seq: 1 });
    expect(await count(relay, 'mailbox_entries', { device_id: bob.first.deviceId })).toBe(0);
  });
});

describe('the purges', () => {
  test('run as often as each says, whichever process it is, and one that fails does not keep the others', async () => {
    const TICK_MS = 10 * 60_000;
    const ran: string[] = [];
    const down = (): never => {
      throw new Error('down');
    };
    const sql = down as unknown as Relay['sql'];
    const failing = async (now: number) => {
      const error = await runPurges({ sql, now, rates: RATES }, TICK_MS).catch((thrown: unknown) => thrown);
      ran.push(`${(error as AggregateError).errors.length}`);
    };
    // Two days after the beginning of 1970, and ten minutes after each full hour and day.
    await failing(2 * DAY_MS);
    await failing(2 * DAY_MS + 3_600_000);
    await failing(2 * DAY_MS + 3 * TICK_MS);
    const due = (everyMs: number) => PURGES.filter((purge) => purge.everyMs <= everyMs).length;
    expect(ran).toEqual([due(DAY_MS), due(3_600_000), due(TICK_MS)].map(String));
  });
});
