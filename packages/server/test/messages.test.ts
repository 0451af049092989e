import { describe, expect } from 'vitest';
import type { ConversationId, MessageId } from '@seal-chat/protocol';
import { addDevice, removeDevices } from './support/devices.ts';
import { caughtUp, listen, messagesIn } from './support/events.ts';
import { messageTo, textOf } from './support/messages.ts';
import { signUp, type TestDevice } from './support/people.ts';
import { errorAnswerOf, refusalOf } from './support/probes.ts';
import type { Relay } from './support/relay.ts';
import { test } from './support/test.ts';

async function storedSeqs(relay: Relay, conversationId: ConversationId): Promise<readonly number[]> {
  const rows = await relay.sql<{ seq: number }[]>`
    select seq from messages where conversation_id = ${conversationId} order by seq`;
  return rows.map(({ seq }) => seq);
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('sending', () => {
  test('parallel messages of both sides get sequence numbers without gaps, and mailboxes positions', async ({
    pair,
    relay,
  }) => {
    const { alice, bob, conversationId } = await pair();
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, i) => {
        const sender = i % 2 === 0 ? alice.first : bob.first;
        return sender.api.messages.send.mutate(messageTo(conversationId, [alice, bob], sender, `m${i}`));
      }),
    );
    expect(answers.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(upTo(300));
    expect(await storedSeqs(relay, conversationId)).toEqual(upTo(300));
    for (const device of [alice.first, bob.first]) {
      const { events } = await caughtUp(listen(device));
      expect(messagesIn(events).map(({ position }) => position)).toEqual(upTo(150));
    }
  });

  test('a message that is sent again keeps its number, at once and later, even after devices changed', async ({
    relay,
    pair,
  }) => {
    const { alice, bob, conversationId } = await pair();
    const input = messageTo(conversationId, [alice, bob], alice.first, 'once');
    const answers = await Promise.all(Array.from({ length: 20 }, () => alice.first.api.messages.send.mutate(input)));
    await addDevice(relay, bob);
    answers.push(await alice.first.api.messages.send.mutate(input));
    expect(new Set(answers.map(({ seq, acceptedAt }) => `${seq} ${acceptedAt}`)).size).toBe(1);
    expect(await storedSeqs(relay, conversationId)).toEqual([1]);
    const { events } = await caughtUp(listen(bob.first));
    expect(messagesIn(events)).toHaveLength(1);
  });

  test('the same id from another device is another message', async ({ pair }) => {
    const { alice, bob, conversationId } = await pair();
    const input = messageTo(conversationId, [alice, bob], alice.first, 'one');
    await alice.first.api.messages.send.mutate(input);
    const other = messageTo(conversationId, [alice, bob], bob.first, 'two', input.messageId as MessageId);
    expect(await bob.first.api.messages.send.mutate(other)).toMatchObject({ seq: 2 });
  });

  test('a message for an outdated set of devices is refused with what is missing and what is too much', async ({
    relay,
    pair,
  }) => {
    const { alice, bob, conversationId } = await pair();
    const bobBefore = { ...bob };
    const second = await addDevice(relay, bob);
    const send = (members: Parameters<typeof messageTo>[1]) =>
      refusalOf(alice.first.api.messages.send.mutate(messageTo(conversationId, members, alice.first, 'x')));
    const versions = (version: number) =>
      [
        { userId: alice.userId, version: 1 },
        { userId: bob.userId, version },
      ].toSorted((a, b) => (a.userId < b.userId ? -1 : 1));
    expect(await send([alice, bobBefore])).toEqual({
      code: 'DEVICE_LIST_STALE',
      details: {
        deviceListDelta: {
          versions: versions(2),
          missing: [{ userId: bob.userId, deviceId: second.deviceId }],
          extra: [],
        },
      },
    });
    const withSecond = { ...bob };
    await removeDevices(bob, bob.first, [second.deviceId]);
    expect((await send([alice, withSecond])).details.deviceListDelta).toEqual({
      versions: versions(3),
      missing: [],
      extra: [{ deviceId: second.deviceId }],
    });
    expect((await send([alice])).details.deviceListDelta?.missing).toEqual([
      { userId: bob.userId, deviceId: bob.first.deviceId },
    ]);
    expect(await storedSeqs(relay, conversationId)).toEqual([]);
  });

  test('current versions with another set of devices are refused', async ({ relay, tenant, pair }) => {
    const { alice, bob, conversationId } = await pair();
    const carol = await signUp(relay, tenant);
    const good = messageTo(conversationId, [alice, bob], alice.first, 'x');
    const stranger = { deviceId: carol.first.deviceId, envelope: good.envelopes[0]!.envelope };
    const refused = async (envelopes: typeof good.envelopes) =>
      (await refusalOf(alice.first.api.messages.send.mutate({ ...good, envelopes }))).code;
    expect(await refused([])).toBe('DEVICE_LIST_STALE');
    expect(await refused([stranger])).toBe('DEVICE_LIST_STALE');
    expect(await refused([...good.envelopes, stranger])).toBe('DEVICE_LIST_STALE');
    expect(await refused([...good.envelopes, { ...stranger, deviceId: alice.first.deviceId }])).toBe(
      'DEVICE_LIST_STALE',
    );
    expect(await refused([...good.envelopes, ...good.envelopes])).toBe('BAD_INPUT');
    const twice = { ...good, deviceLists: [good.deviceLists[0]!, good.deviceLists[0]!] };
    expect(await refusalOf(alice.first.api.messages.send.mutate(twice))).toMatchObject({ code: 'BAD_INPUT' });
    const future = { ...good, deviceLists: good.deviceLists.map((list) => ({ ...list, version: 0xffff_ffff })) };
    expect(await refusalOf(alice.first.api.messages.send.mutate(future))).toMatchObject({ code: 'DEVICE_LIST_STALE' });
    const others = { ...good, deviceLists: [...good.deviceLists, { userId: carol.userId, version: 1 }] };
    others.envelopes = [...good.envelopes, stranger];
    expect(await refusalOf(alice.first.api.messages.send.mutate(others))).toMatchObject({ code: 'DEVICE_LIST_STALE' });
  });

  test('invalid messages in a burst do not affect the valid ones', async ({ relay, tenant, pair }) => {
    const { alice, bob, conversationId } = await pair();
    const carol = await signUp(relay, tenant);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, (_, i) => {
        const good = messageTo(conversationId, [alice, bob], alice.first, `m${i}`);
        if (i % 3 === 1) return alice.first.api.messages.send.mutate({ ...good, envelopes: [] });
        if (i % 3 === 2) return carol.first.api.messages.send.mutate(good);
        return alice.first.api.messages.send.mutate(good);
      }),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(
      outcomes.map((_, i) => (i % 3 === 0 ? 'fulfilled' : 'rejected')),
    );
    expect(await storedSeqs(relay, conversationId)).toEqual(upTo(20));
  });

  test('a message that the database refuses fails alone', async ({ relay, pair }) => {
    const { alice, bob, conversationId } = await pair();
    await relay.sql`alter table messages add constraint unlucky check (octet_length(body) <> 13)`;
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, i) => {
        const input = messageTo(conversationId, [alice, bob], alice.first, i % 10 === 3 ? 'thirteen long' : `m${i}`);
        return alice.first.api.messages.send.mutate(input).then(
          () => 'stored',
          (error: unknown) => errorAnswerOf(error).code,
        );
      }),
    );
    await relay.sql`alter table messages drop constraint unlucky`;
    expect(outcomes).toEqual(outcomes.map((_, i) => (i % 10 === 3 ? 'INTERNAL' : 'stored')));
    expect(await storedSeqs(relay, conversationId)).toEqual(upTo(36));
  });

  test('an unreachable database is reported, and a message sent again later is stored once', async ({
    relay,
    pair,
  }) => {
    const { alice, bob, conversationId } = await pair();
    const input = messageTo(conversationId, [alice, bob], alice.first, 'patient');
    await alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, 'before'));
    await relay.sql`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()
      and datname = current_database() and application_name = 'seal'`;
    const codes: string[] = [];
    const attempt = () =>
      alice.first.api.messages.send.mutate(input).then(
        ({ seq }) => seq,
        (error: unknown) => void codes.push(errorAnswerOf(error).code),
      );
    await expect.poll(attempt).toBe(2);
    expect(codes.every((code) => code === 'UNAVAILABLE')).toBe(true);
    expect(await attempt()).toBe(2);
    expect(await storedSeqs(relay, conversationId)).toEqual([1, 2]);
  });

  test("the sender's other devices get the message too", async ({ relay, pair }) => {
    const { alice, bob, conversationId } = await pair();
    const second = await addDevice(relay, alice);
    await alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, 'mine'));
    const { events } = await caughtUp(listen(second));
    expect(messagesIn(events).map(({ body, envelope }) => [textOf(body), textOf(envelope)])).toEqual([
      ['mine', `mine for ${second.deviceId}`],
    ]);
  });
});

describe('history', () => {
  test('history is returned newest first, page by page, with the envelopes that still wait', async ({ pair }) => {
    const { alice, bob, conversationId } = await pair();
    for (let i = 1; i <= 5; i++) {
      await alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, `m${i}`));
    }
    await bob.first.api.sync.ack.mutate({ position: 3 });
    const page = (device: TestDevice, before: number | null) =>
      device.api.messages.history.query({ conversationId, before, limit: 3 });
    const { messages } = await page(bob.first, null);
    expect(messages.map(({ seq, body, envelope }) => [seq, textOf(body), envelope === null])).toEqual([
      [5, 'm5', false],
      [4, 'm4', false],
      [3, 'm3', true],
    ]);
    expect((await page(bob.first, 3)).messages.map(({ seq }) => seq)).toEqual([2, 1]);
    expect((await page(alice.first, 1)).messages).toEqual([]);
    expect((await page(alice.first, null)).messages.every(({ envelope }) => envelope === null)).toBe(true);
  });
});

describe('retry', () => {
  test('a retry request reaches the sending device, and its answer arrives as the same message', async ({ pair }) => {
    const { alice, bob, conversationId } = await pair();
    const { seq } = await alice.first.api.messages.send.mutate(
      messageTo(conversationId, [alice, bob], alice.first, 'broken'),
    );
    const [heardByAlice, heardByBob] = await Promise.all([caughtUp(listen(alice.first)), caughtUp(listen(bob.first))]);
    await bob.first.api.messages.requestRetry.mutate({ conversationId, seq });
    await bob.first.api.messages.requestRetry.mutate({ conversationId, seq });
    await heardByAlice.until((events) => events.some(({ type }) => type === 'retry-request'));
    expect(heardByAlice.events.filter(({ type }) => type === 'retry-request')).toEqual([
      {
        type: 'retry-request',
        position: 1,
        conversationId,
        seq,
        userId: bob.userId,
        deviceId: bob.first.deviceId,
      },
    ]);
    const answer = {
      conversationId,
      seq,
      deviceId: bob.first.deviceId,
      envelope: Buffer.from('new').toString('base64url'),
    };
    await alice.first.api.messages.retry.mutate(answer);
    await heardByBob.until((events) => messagesIn(events).length === 2);
    expect(messagesIn(heardByBob.events).map((m) => [m.position, m.seq, textOf(m.body), textOf(m.envelope)])).toEqual([
      [1, 1, 'broken', `broken for ${bob.first.deviceId}`],
      [2, 1, 'broken', 'new'],
    ]);
    expect(await refusalOf(alice.first.api.messages.retry.mutate(answer))).toMatchObject({ code: 'CONFLICT' });
  });

  test('only recipients of a message may request a retry, and only the sending device may answer', async ({
    relay,
    tenant,
    pair,
  }) => {
    const { alice, bob, conversationId } = await pair();
    const { seq } = await alice.first.api.messages.send.mutate(
      messageTo(conversationId, [alice, bob], alice.first, 'x'),
    );
    const late = await addDevice(relay, bob);
    const carol = await signUp(relay, tenant);
    const ask = async (device: TestDevice) =>
      (await refusalOf(device.api.messages.requestRetry.mutate({ conversationId, seq }))).code;
    expect([await ask(alice.first), await ask(late), await ask(carol.first)]).toEqual([
      'FORBIDDEN',
      'FORBIDDEN',
      'NOT_A_MEMBER',
    ]);
    const missing = bob.first.api.messages.requestRetry.mutate({ conversationId, seq: 99 });
    expect(await refusalOf(missing)).toMatchObject({ code: 'NOT_FOUND' });
    const answer = { conversationId, seq, deviceId: bob.first.deviceId, envelope: 'AAAA' };
    expect(await refusalOf(alice.first.api.messages.retry.mutate(answer))).toMatchObject({ code: 'CONFLICT' });
    await bob.first.api.messages.requestRetry.mutate({ conversationId, seq });
    expect(await refusalOf(bob.first.api.messages.retry.mutate(answer))).toMatchObject({ code: 'FORBIDDEN' });
    const toLate = alice.first.api.messages.retry.mutate({ ...answer, deviceId: late.deviceId });
    expect(await refusalOf(toLate)).toMatchObject({ code: 'FORBIDDEN' });
  });
});
