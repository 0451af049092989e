import { describe, expect } from 'vitest';
import { reconnect, removeDevices, addDevice } from './support/devices.ts';
import { caughtUp, listen, messagesIn } from './support/events.ts';
import { messageTo } from './support/messages.ts';
import { signUp } from './support/people.ts';
import { refusalOf } from './support/probes.ts';
import { test } from './support/test.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('two processes on one database', () => {
  test('messages are delivered in order, whichever process takes them', async ({ relay, tenant, other }) => {
    const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(other, tenant)]);
    const heard = await caughtUp(listen(bob.first));
    const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
    const aliceElsewhere = reconnect(other, tenant, alice.first);
    const answers = await Promise.all(
      upTo(200).map((i) => {
        const device = i % 2 === 0 ? alice.first : aliceElsewhere;
        return device.api.messages.send.mutate(messageTo(conversationId, [alice, bob], device, `${i}`));
      }),
    );
    expect(answers.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(upTo(200));
    await heard.until((events) => messagesIn(events).length === 200);
    expect(messagesIn(heard.events).map(({ position }) => position)).toEqual(upTo(200));
    expect(messagesIn(heard.events).map(({ seq }) => seq)).toEqual(upTo(200));
    await heard.until((events) => events.some(({ type }) => type === 'conversation'));
  });

  test('presence, typing, delivery and the number of sockets are shared', async ({ relay, other }) => {
    const small = await relay.addTenant({ limits: { socketsPerUser: 2 } });
    const [alice, bob] = await Promise.all([signUp(relay, small), signUp(other, small)]);
    const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
    await bob.first.api.conversations.openDm.mutate({ userId: alice.userId });
    const heard = await caughtUp(listen(alice.first));
    await bob.first.api.sync.presence.mutate({ state: 'away' });
    await bob.first.api.sync.typing.mutate({ conversationId, isTyping: true });
    await alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, 'x'));
    await bob.first.api.sync.ack.mutate({ position: 1 });
    for (const type of ['presence', 'typing', 'delivered']) {
      await heard.until((events) => events.some((event) => event.type === type));
    }
    const second = reconnect(relay, small, bob.first);
    await second.api.preKeys.status.query();
    await heard.until((events) => events.some((event) => event.type === 'presence' && event.state === 'online'));
    const third = reconnect(relay, small, bob.first);
    expect(await refusalOf(third.api.preKeys.status.query())).toMatchObject({ code: 'TOO_MANY_CONNECTIONS' });
  });

  test('a removed device is disconnected from every process', async ({ relay, tenant, other }) => {
    const person = await signUp(relay, tenant);
    const second = reconnect(other, tenant, await addDevice(relay, person));
    const heard = await caughtUp(listen(second));
    await removeDevices(person, person.first, [second.deviceId]);
    expect(await heard.ended()).toMatchObject({ code: 'DEVICE_REVOKED' });
  });

  test('a process that stops closes its sockets; what it acknowledged is stored', async ({ relay, tenant }) => {
    const third = await relay.addProcess();
    const [alice, bob] = await Promise.all([signUp(third, tenant), signUp(relay, tenant)]);
    const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
    const accepted: number[] = [];
    const sending = upTo(100).map((i) =>
      alice.first.api.messages.send
        .mutate(messageTo(conversationId, [alice, bob], alice.first, `${i}`))
        .then(({ seq }) => void accepted.push(seq))
        .catch(() => undefined),
    );
    await sending[0];
    const closed = new Promise<number>((resolve) => alice.first.sockets()[0]!.on('close', resolve));
    await third.close();
    expect(await closed).toBe(1012);
    await alice.first.close();
    await Promise.all(sending);
    expect(accepted.length).toBeGreaterThan(0);
    const rows = await relay.sql<{ seq: number }[]>`
      select seq from messages where conversation_id = ${conversationId} order by seq`;
    expect(rows.map(({ seq }) => seq)).toEqual(upTo(rows.length));
    expect(rows.map(({ seq }) => seq)).toEqual(expect.arrayContaining(accepted));
  });

  test('each process reports whether database and bus answer', async ({ relay }) => {
    expect(await relay.app.ready()).toMatchObject({ database: true, bus: true });
  });
});
