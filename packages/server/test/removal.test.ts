import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AttachmentId, ConversationId } from '@seal-chat/protocol';
import { expireMessages } from '../src/jobs/purge.ts';
import { fileRequest, upload } from './support/files.ts';
import { listen, messageTo, refusalOf, signUp, type TestPerson } from './support/people.ts';
import { startRelay, type Relay } from './support/relay.ts';

let relay: Relay;
let alice: TestPerson;
let bob: TestPerson;
let carol: TestPerson;
let conversationId: ConversationId;

beforeAll(async () => {
  relay = await startRelay();
  const tenant = await relay.addTenant();
  [alice, bob, carol] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant), signUp(relay, tenant)]);
  ({ conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId }));
});
afterAll(() => relay.close());

const send = async (extras: { lifetimeSeconds?: number; attachmentIds?: AttachmentId[] } = {}) => {
  const message = { ...messageTo(conversationId, [alice, bob], alice.first, 'secret'), ...extras };
  return (await alice.first.api.messages.send.mutate(message)).seq;
};
const remove = (person: TestPerson, seq: number) => person.first.api.messages.remove.mutate({ conversationId, seq });
const bodyOf = async (seq: number) => {
  const page = await bob.first.api.messages.history.query({ conversationId, before: seq + 1, limit: 1 });
  return page.messages[0]!.body;
};
/** What the database has of a message. */
const stored = async (seq: number) => {
  const [row] = await relay.sql`
    select octet_length(body) as body, expires_at as "expiresAt",
      (select count(*)::int from mailbox_entries e where e.conversation_id = m.conversation_id and e.seq = m.seq) as entries,
      (select count(*)::int from attachment_parts p join attachments a on a.id = p.attachment_id
        where a.conversation_id = m.conversation_id and a.message_seq = m.seq) as parts
    from messages m where conversation_id = ${conversationId} and seq = ${seq}`;
  return row;
};
const NOTHING = { body: 0, expiresAt: null, entries: 0, parts: 0 };

describe('taking a message back', () => {
  test('deletes its body, its files and what waits of it, and nothing of its neighbours', async () => {
    const attachmentId = await upload(alice, conversationId, 100);
    const [before, seq, after] = [await send(), await send({ attachmentIds: [attachmentId] }), await send()];
    await bob.first.api.messages.requestRetry.mutate({ conversationId, seq });
    await remove(alice, seq);
    expect(await stored(seq)).toEqual(NOTHING);
    expect(await bodyOf(seq)).toBe('');
    for (const neighbour of [before, after]) {
      expect(await stored(neighbour)).toMatchObject({ entries: 1 });
      expect(await bodyOf(neighbour)).not.toBe('');
    }
    expect((await fileRequest(alice, attachmentId)).status).toBe(404);
    // A mailbox goes on over the gap.
    const bobs = listen(bob.first);
    await bobs.until((events) => events.some((event) => event.type === 'message' && event.seq === after));
    expect(bobs.events.some((event) => event.type === 'message' && event.seq === seq)).toBe(false);
    const next = await send();
    await bobs.until((events) => events.some((event) => event.type === 'message' && event.seq === next));
    bobs.stop();
  });

  test('tells the members who are connected, once', async () => {
    const seq = await send();
    const bobs = listen(bob.first);
    await bobs.until((events) => events.some((event) => event.type === 'caught-up'));
    await remove(alice, seq);
    await remove(alice, seq);
    const later = await send();
    await bobs.until((events) => events.some((event) => event.type === 'message' && event.seq === later));
    const told = bobs.events.filter((event) => event.type === 'removed');
    expect(told).toEqual([{ type: 'removed', conversationId, seq }]);
    bobs.stop();
  });

  test('is for its sender; others change nothing and learn nothing', async () => {
    const seq = await send();
    const before = await stored(seq);
    expect(await refusalOf(remove(bob, seq))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refusalOf(remove(carol, seq))).toMatchObject({ code: 'NOT_A_MEMBER' });
    expect(await refusalOf(remove(alice, seq + 1_000))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusalOf(remove(alice, 0))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await stored(seq)).toEqual(before);
  });

  test('in channels admins and owners may, members only theirs', async () => {
    const channel = newChannel();
    await relay.sql`insert into conversations (tenant_id, id, kind, last_seq) values (${channel.tenantId}, ${channel.id}, 'channel', 3)`;
    const roles = [
      [alice, 'owner'],
      [bob, 'admin'],
      [carol, 'member'],
    ] as const;
    for (const [{ userId }, role] of roles) {
      await relay.sql`insert into memberships (tenant_id, conversation_id, user_id, role)
        values (${channel.tenantId}, ${channel.id}, ${userId}, ${role})`;
    }
    for (const [i, sender] of [alice, bob, carol].entries()) {
      await relay.sql`
        insert into messages (tenant_id, conversation_id, seq, message_id, sender_user_id, sender_device_id, created_at,
          body, generation, epoch, envelope)
        values (${channel.tenantId}, ${channel.id}, ${i + 1}, gen_random_uuid(), ${sender.userId},
          ${sender.first.deviceId}, now(), 'x'::bytea, 0, 0, 'y'::bytea)`;
    }
    const take = (person: TestPerson, seq: number) =>
      person.first.api.messages.remove.mutate({ conversationId: channel.id, seq });
    expect(await refusalOf(take(carol, 1))).toMatchObject({ code: 'FORBIDDEN' });
    await take(bob, 1);
    await take(alice, 2);
    await take(carol, 3);
    const left = await relay.sql`
      select seq, octet_length(body) as body, octet_length(envelope) as envelope from messages
      where conversation_id = ${channel.id} order by seq`;
    expect(left.map(({ body, envelope }) => [body, envelope])).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
  });

  const newChannel = () => ({
    tenantId: alice.tenant.tenantId,
    id: crypto.randomUUID() as ConversationId,
  });
});

describe('a message with a lifetime', () => {
  test('cannot be read from its end on, and is deleted by the job', async () => {
    const attachmentId = await upload(alice, conversationId, 100);
    const seq = await send({ lifetimeSeconds: 1, attachmentIds: [attachmentId] });
    const lasting = await send({ lifetimeSeconds: 3_600 });
    expect(await bodyOf(seq)).not.toBe('');
    expect((await fileRequest(bob, attachmentId, { method: 'HEAD' })).status).toBe(200);
    await expect.poll(() => bodyOf(seq), { timeout: 5_000 }).toBe('');
    // Nothing but time has passed.
    expect(await stored(seq)).toMatchObject({ body: 6, entries: 1, parts: 1 });
    expect((await fileRequest(bob, attachmentId, { method: 'HEAD' })).status).toBe(404);
    const bobs = listen(bob.first);
    await bobs.until((events) => events.some((event) => event.type === 'message' && event.seq === seq));
    expect(bobs.events.find((event) => event.type === 'message' && event.seq === seq)).toMatchObject({ body: '' });
    bobs.stop();

    await expireMessages(relay.sql, Date.now());
    expect(await stored(seq)).toEqual(NOTHING);
    expect(await stored(lasting)).toMatchObject({ body: 6 });
    await expireMessages(relay.sql, Date.now() + 3_601_000);
    expect(await stored(lasting)).toEqual(NOTHING);
  });

  test('ends without anybody asking', async () => {
    const seq = await send({ lifetimeSeconds: 1 });
    await expect.poll(() => stored(seq), { timeout: 32_000, interval: 500 }).toEqual(NOTHING);
  }, 40_000);

  test('many at once end, by several processes at a time', async () => {
    for (const _half of [1, 2]) await Promise.all(Array.from({ length: 600 }, () => send({ lifetimeSeconds: 60 })));
    const now = Date.now() + 61_000;
    await Promise.all([1, 2, 3].map(() => expireMessages(relay.sql, now)));
    await expireMessages(relay.sql, now);
    expect(await relay.sql`select 1 from messages where expires_at is not null`).toHaveLength(0);
    expect(
      await relay.sql`select 1 from messages where octet_length(body) > 0 and expires_at <= ${new Date(now)}`,
    ).toHaveLength(0);
  });

  test('refuses times that are none', async () => {
    for (const lifetimeSeconds of [0, -1, 0.5, 2 ** 31]) {
      expect(await refusalOf(send({ lifetimeSeconds }))).toMatchObject({ code: 'BAD_INPUT' });
    }
  });
});
