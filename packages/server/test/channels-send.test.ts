import { describe, expect } from 'vitest';
import { toBase64, type ConversationId } from '@seal-chat/protocol';
import { channelMessage, channelOf, commitAt, leafOf, newChannel, noise, reconcile } from './support/channels.ts';
import { rng } from './support/connections.ts';
import { addDevice, removeDevices } from './support/devices.ts';
import { messageTo, textOf } from './support/messages.ts';
import { signUp, type TestDevice } from './support/people.ts';
import { errorAnswerOf, refusalOf } from './support/probes.ts';
import { test } from './support/test.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const groupOf = (device: TestDevice, conversationId: ConversationId) =>
  device.api.channels.group.query({ conversationId });
const logOf = (device: TestDevice, conversationId: ConversationId, after = 0, limit = 100) =>
  device.api.channels.log.query({ conversationId, after, limit });

describe('sending', () => {
  test('a channel message is stored as one row, whatever the number of members, and repeats get the same answer', async ({
    relay,
    people,
  }) => {
    const crowd = await people(5);
    const { conversationId, group } = await channelOf(crowd[0]!, crowd.slice(1));
    const message = channelMessage(conversationId, group, 'for all');
    const answers = await Promise.all([1, 2, 3].map(() => crowd[1]!.first.api.channels.send.mutate(message)));
    await crowd[2]!.first.api.channels.commit.mutate(commitAt(conversationId, group));
    // Also from an epoch that is over: it is in the log.
    answers.push(await crowd[1]!.first.api.channels.send.mutate(message));
    expect(new Set(answers.map(({ seq, acceptedAt }) => `${seq} ${acceptedAt}`)).size).toBe(1);
    // Another device may use the same id.
    const other = await crowd[0]!.first.api.channels.send.mutate({ ...message, epoch: 2 });
    expect(other.seq).toBe(answers[0]!.seq + 2);
    const rows = await relay.sql`select 1 from messages where conversation_id = ${conversationId} and kind = 'message'`;
    const boxes = await relay.sql`
      select 1 from mailbox_entries where conversation_id = ${conversationId} and kind <> 'welcome'`;
    expect([rows.length, boxes.length]).toEqual([2, 0]);
  });

  test('sending requires the present state of the group, and a device that is in it', async ({ relay, people }) => {
    const [alice, bob, carol] = await people(3);
    const { conversationId, group } = await channelOf(alice!, [bob!]);
    const second = await addDevice(relay, bob!);
    const codeOf = async (device: TestDevice, at: { incarnation: number; epoch: number }) =>
      refusalOf(device.api.channels.send.mutate(channelMessage(conversationId, at)));
    const stale = { code: 'EPOCH_STALE', details: { group: { incarnation: 0, epoch: 1, lastSeq: 1 } } };
    expect(await codeOf(alice!.first, { ...group, epoch: 0 })).toEqual(stale);
    expect(await codeOf(alice!.first, { ...group, epoch: 2 })).toEqual(stale);
    expect(await codeOf(alice!.first, { ...group, incarnation: 1 })).toEqual(stale);
    expect(await codeOf(second, group)).toEqual(stale);
    expect(await codeOf(carol!.first, group)).toMatchObject({ code: 'NOT_A_MEMBER' });
    const { conversationId: dm } = await alice!.first.api.conversations.openDm.mutate({ userId: bob!.userId });
    const inDm = alice!.first.api.channels.send.mutate(channelMessage(dm, group));
    expect(await refusalOf(inDm)).toMatchObject({ code: 'NOT_A_MEMBER' });
  });

  test('nothing can be sent until removed members are out of the group', async ({ people }) => {
    const [alice, bob, carol] = await people(3);
    const { conversationId, group } = await channelOf(alice!, [bob!, carol!]);
    const message = channelMessage(conversationId, group);
    await alice!.first.api.channels.remove.mutate({ conversationId, userId: bob!.userId });
    for (const { first } of [alice!, carol!]) {
      const refused = first.api.channels.send.mutate(message);
      expect(await refusalOf(refused)).toMatchObject({ code: 'REMOVE_PENDING' });
    }
    expect((await groupOf(carol!.first, conversationId)).toRemove).toEqual([leafOf(bob!)]);
    const without = carol!.first.api.channels.commit.mutate(commitAt(conversationId, group));
    expect(await refusalOf(without)).toMatchObject({ code: 'REMOVE_PENDING' });
    const after = await reconcile(carol!.first, conversationId);
    expect(after).toMatchObject({ epoch: 2, toRemove: [] });
    await alice!.first.api.channels.send.mutate({ ...message, epoch: after.epoch });
    // Everything of the channel is closed to a removed member.
    const { first } = bob!;
    const ofBob = [
      first.api.channels.group.query({ conversationId }),
      first.api.channels.log.query({ conversationId, after: 0, limit: 10 }),
      first.api.channels.send.mutate(channelMessage(conversationId, after)),
      first.api.channels.commit.mutate(commitAt(conversationId, after)),
      first.api.messages.history.query({ conversationId, before: null, limit: 10 }),
      first.api.conversations.get.query({ conversationId }),
    ];
    const codes = (await Promise.all(ofBob.map(refusalOf))).map(({ code }) => code);
    expect(codes).toEqual(ofBob.map(() => 'NOT_A_MEMBER'));
    expect(await first.api.channels.heads.query({})).toEqual([]);
  });

  test('nothing can be sent until a removed device is out of the group, and its KeyPackages are deleted at once', async ({
    relay,
    people,
  }) => {
    const [alice, bob] = await people(2);
    const second = await addDevice(relay, bob!);
    const { conversationId, group } = await channelOf(alice!, [bob!]);
    const package1 = { ref: noise(32), bytes: noise(90) };
    await second.api.channels.publishKeyPackages.mutate({ oneTime: [package1], lastResort: package1 });
    // Both at once: what is accepted after the list names nobody who is not on it.
    const sending = upTo(30).map((i) =>
      alice!.first.api.channels.send.mutate(channelMessage(conversationId, group, `m${i}`)).then(
        () => 'stored',
        (error: unknown) => errorAnswerOf(error).code,
      ),
    );
    await removeDevices(bob!, bob!.first, [second.deviceId]);
    const refused = alice!.first.api.channels.send.mutate(channelMessage(conversationId, group));
    expect(await refusalOf(refused)).toMatchObject({ code: 'REMOVE_PENDING' });
    for (const outcome of await Promise.all(sending)) expect(['stored', 'REMOVE_PENDING']).toContain(outcome);
    expect((await groupOf(bob!.first, conversationId)).toRemove).toEqual([leafOf(bob!, second)]);
    for (const table of ['key_packages', 'last_resort_key_packages']) {
      const left = await relay.sql`select 1 from ${relay.sql(table)} where device_id = ${second.deviceId}`;
      expect(left).toHaveLength(0);
    }
    const after = await reconcile(bob!.first, conversationId);
    await alice!.first.api.channels.send.mutate(channelMessage(conversationId, after));
  });

  test('channel messages and direct messages share one limit per minute', async ({ relay }) => {
    const small = await relay.addTenant({ limits: { messagesPerMinutePerUser: 3 } });
    const alice = await signUp(relay, small);
    const { conversationId } = await alice.first.api.channels.create.mutate(newChannel());
    const at = { incarnation: 0, epoch: 0 };
    for (const i of upTo(3)) await alice.first.api.channels.send.mutate(channelMessage(conversationId, at, `${i}`));
    const refused = alice.first.api.channels.send.mutate(channelMessage(conversationId, at));
    expect(await refusalOf(refused)).toMatchObject({ code: 'RATE_LIMITED' });
  });

  test('channel messages cannot be sent through the procedures of direct messages', async ({ people }) => {
    const [alice, bob] = await people(2);
    const { conversationId, group } = await channelOf(alice!, [bob!]);
    const { seq } = await alice!.first.api.channels.send.mutate(channelMessage(conversationId, group));
    const asDm = alice!.first.api.messages.send.mutate(messageTo(conversationId, [alice!, bob!], alice!.first, 'x'));
    expect(await refusalOf(asDm)).toMatchObject({ code: 'BAD_INPUT' });
    const retry = bob!.first.api.messages.requestRetry.mutate({ conversationId, seq });
    expect(await refusalOf(retry)).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('reading', () => {
  test('a page of the log ends early when its entries are large', async ({ people }) => {
    const [alice] = await people(1);
    const { conversationId } = await alice!.first.api.channels.create.mutate(newChannel());
    const large = toBase64(rng(60_000));
    for (const i of upTo(25)) {
      const message = channelMessage(conversationId, { incarnation: 0, epoch: 0 }, `${i}`);
      await alice!.first.api.channels.send.mutate({ ...message, body: large });
    }
    const first = await logOf(alice!.first, conversationId);
    expect(first.entries.length).toBeGreaterThan(10);
    expect(first.entries.length).toBeLessThan(25);
    const rest = await logOf(alice!.first, conversationId, first.entries.length);
    expect([...first.entries, ...rest.entries].map(({ seq }) => seq)).toEqual(upTo(25));
  });

  test('history returns the bodies of messages and nothing else of the log', async ({ people }) => {
    const [alice, bob] = await people(2);
    const { conversationId, group } = await channelOf(alice!, [bob!]);
    for (const text of ['one', 'two']) {
      await alice!.first.api.channels.send.mutate(channelMessage(conversationId, group, text));
    }
    const { messages } = await bob!.first.api.messages.history.query({ conversationId, before: null, limit: 10 });
    expect(messages.map(({ seq, body, envelope }) => [seq, textOf(body), envelope])).toEqual([
      [3, 'two', null],
      [2, 'one', null],
    ]);
  });
});
