import { describe, expect } from 'vitest';
import type { AttachmentId, ConversationId } from '@seal-chat/protocol';
import { expireMessages } from '../src/jobs/store.ts';
import { channelMessage, channelOf } from './support/channels.ts';
import { fileRequest, upload } from './support/files.ts';
import { listen } from './support/events.ts';
import { messageTo } from './support/messages.ts';
import { signUp, type TestPerson } from './support/people.ts';
import { refusalOf } from './support/probes.ts';
import { startRelay, type Relay } from './support/relay.ts';
import { test } from './support/test.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

let relay: Relay;
let alice: TestPerson;
let bob: TestPerson;
let carol: TestPerson;
let conversationId: ConversationId;

test.beforeAll(async ({ relay: given, tenant }) => {
  relay = given;
  [alice, bob, carol] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant), signUp(relay, tenant)]);
  ({ conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId }));
});

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
  test('taking a message back deletes its body, its files and its waiting entries, and nothing of its neighbours', async () => {
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

  test('connected members are notified once', async () => {
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

  test('only its sender can take a message back; others change nothing and learn nothing', async () => {
    const seq = await send();
    const before = await stored(seq);
    expect(await refusalOf(remove(bob, seq))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refusalOf(remove(carol, seq))).toMatchObject({ code: 'NOT_A_MEMBER' });
    expect(await refusalOf(remove(alice, seq + 1_000))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusalOf(remove(alice, 0))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await stored(seq)).toEqual(before);
  });

  test('in channels admins and owners can take back any message, members their own, and no one a Commit', async () => {
    const { conversationId: channelId, group } = await channelOf(alice, [bob, carol]);
    await alice.first.api.channels.setRole.mutate({ conversationId: channelId, userId: bob.userId, role: 'admin' });
    const say = async (person: TestPerson) =>
      (await person.first.api.channels.send.mutate(channelMessage(channelId, group, 'secret'))).seq;
    const take = (person: TestPerson, seq: number) =>
      person.first.api.messages.remove.mutate({ conversationId: channelId, seq });
    const [alices, bobs, carols] = [await say(alice), await say(bob), await say(carol)];
    expect(await refusalOf(take(carol, alices))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refusalOf(take(alice, group.epochSeq))).toMatchObject({ code: 'NOT_FOUND' });
    await take(bob, alices);
    await take(alice, bobs);
    await take(carol, carols);
    const { entries } = await carol.first.api.channels.log.query({ conversationId: channelId, after: 0, limit: 100 });
    const messages = entries.filter((entry) => entry.kind === 'message');
    // The keys stay: everybody has to follow the log without a gap.
    expect(messages.map(({ seq, body }) => [seq, body])).toEqual([alices, bobs, carols].map((seq) => [seq, '']));
    expect(messages.every(({ envelope }) => envelope.length > 0)).toBe(true);
  });
});

describe('a channel message', () => {
  test('a channel message has attachments and a lifetime like any other', async () => {
    const { conversationId: channelId, group } = await channelOf(alice, [bob, carol]);
    const [mine, half] = [await upload(alice, channelId, 100), await upload(alice, channelId, 100, [])];
    const sendFiles = (attachmentIds: AttachmentId[], lifetimeSeconds?: number) =>
      alice.first.api.channels.send.mutate({
        ...channelMessage(channelId, group, 'secret'),
        attachmentIds,
        ...(lifetimeSeconds && { lifetimeSeconds }),
      });
    expect(await refusalOf(sendFiles([half]))).toMatchObject({ code: 'BAD_INPUT' });
    expect(await refusalOf(sendFiles([await upload(bob, channelId, 100)]))).toMatchObject({ code: 'NOT_FOUND' });
    const { seq } = await sendFiles([mine], 1);
    expect((await fileRequest(carol, mine, { method: 'HEAD' })).status).toBe(200);
    await alice.first.api.channels.remove.mutate({ conversationId: channelId, userId: carol.userId });
    expect((await fileRequest(carol, mine)).status).toBe(404);
    const body = async () => {
      const log = await bob.first.api.channels.log.query({ conversationId: channelId, after: seq - 1, limit: 1 });
      return log.entries[0]!.kind === 'message' ? log.entries[0]!.body : null;
    };
    expect(await body()).not.toBe('');
    await expect.poll(body, { timeout: patient(5_000) }).toBe('');
    expect((await fileRequest(bob, mine)).status).toBe(404);
    await expireMessages(relay.sql, Date.now());
    const left =
      await relay.sql`select octet_length(body) as body from messages where conversation_id = ${channelId} and seq = ${seq}`;
    expect(left[0]!['body']).toBe(0);
    expect(await relay.sql`select 1 from attachments where id = ${mine}`).toHaveLength(0);
  });
});

describe('a message with a lifetime', () => {
  test('an expired message cannot be read, and is deleted by the job', async () => {
    const attachmentId = await upload(alice, conversationId, 100);
    const seq = await send({ lifetimeSeconds: 1, attachmentIds: [attachmentId] });
    const lasting = await send({ lifetimeSeconds: 3_600 });
    expect(await bodyOf(seq)).not.toBe('');
    expect((await fileRequest(bob, attachmentId, { method: 'HEAD' })).status).toBe(200);
    await expect.poll(() => bodyOf(seq), { timeout: patient(5_000) }).toBe('');
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

  test('an expired message is deleted by the repeated job without any request', async () => {
    const own = await startRelay({ jobIntervals: { expire: 200 } });
    const tenant = await own.addTenant();
    const [dave, erin] = await Promise.all([signUp(own, tenant), signUp(own, tenant)]);
    const { conversationId: id } = await dave.first.api.conversations.openDm.mutate({ userId: erin.userId });
    const message = { ...messageTo(id, [dave, erin], dave.first, 'secret'), lifetimeSeconds: 1 };
    await dave.first.api.messages.send.mutate(message);
    const left = async () => {
      const [row] = await own.sql`
        select octet_length(body) as body, expires_at as "expiresAt",
          (select count(*)::int from mailbox_entries) as entries from messages`;
      return row;
    };
    expect(await left()).toMatchObject({ body: 6, entries: 1 });
    await expect.poll(left).toEqual({ body: 0, expiresAt: null, entries: 0 });
    await own.close();
  });

  test('many messages can expire at once, emptied by several processes', async () => {
    for (const _half of [1, 2]) await Promise.all(Array.from({ length: 600 }, () => send({ lifetimeSeconds: 60 })));
    const now = Date.now() + 61_000;
    await Promise.all([1, 2, 3].map(() => expireMessages(relay.sql, now)));
    await expireMessages(relay.sql, now);
    expect(await relay.sql`select 1 from messages where expires_at is not null`).toHaveLength(0);
    expect(
      await relay.sql`select 1 from messages where octet_length(body) > 0 and expires_at <= ${new Date(now)}`,
    ).toHaveLength(0);
  });

  test('invalid lifetimes are refused', async () => {
    for (const lifetimeSeconds of [0, -1, 0.5, 2 ** 31]) {
      expect(await refusalOf(send({ lifetimeSeconds }))).toMatchObject({ code: 'BAD_INPUT' });
    }
  });
});
