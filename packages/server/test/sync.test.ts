import { describe, expect } from 'vitest';
import type { SyncEvent } from '@seal-chat/protocol/api';
import { createAcks } from '../src/sync/acks.ts';
import { connect } from './support/connections.ts';
import { addDevice, reconnect } from './support/devices.ts';
import { caughtUp, listen, messagesIn } from './support/events.ts';
import { messageTo } from './support/messages.ts';
import { signUp } from './support/people.ts';
import { refusalOf } from './support/probes.ts';
import { test } from './support/test.ts';

const positions = (events: readonly SyncEvent[]) => messagesIn(events).map(({ position }) => position);
const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, i) => from + i);

describe('acknowledgements', () => {
  test("the highest of a device's acknowledgements in a batch counts, whatever their order", async ({
    relay,
    tenant,
    pair,
  }) => {
    const { alice, bob, send } = await pair();
    for (const text of ['one', 'two', 'three']) await send(alice, text);
    const batches: number[] = [];
    const acks = createAcks({
      sql: relay.sql,
      onDelivered: async (delivered) => void batches.push(delivered.length),
      onError: () => undefined,
    });
    const { tenantId } = tenant;
    await Promise.all([1, 3, 2].map((position) => acks.add({ tenantId, deviceId: bob.first.deviceId, position })));
    expect(batches).toHaveLength(1);
    const [row] = await relay.sql`
      select acked, (select count(*)::int from mailbox_entries e where e.device_id = m.device_id) as entries
      from mailboxes m where device_id = ${bob.first.deviceId}`;
    expect(row).toEqual({ acked: 3, entries: 0 });
  });
});

describe('the mailbox', () => {
  test('a device that comes and goes during a burst gets every message once, in order', async ({
    relay,
    tenant,
    pair,
  }) => {
    const { alice, bob, send } = await pair();
    const TOTAL = 400;
    const received: number[] = [];
    let lastEventId: string | null = null;
    const sending = (async () => {
      for (let i = 0; i < TOTAL; i += 10) await Promise.all(upTo(10).map((k) => send(alice, `${i + k}`)));
    })();
    while (received.length < TOTAL) {
      const device = reconnect(relay, tenant, bob.first);
      const heard = listen(device, lastEventId);
      const enough = Math.min(TOTAL - received.length, 1 + Math.floor(Math.random() * 90));
      await heard.until((events) => positions(events).length >= enough);
      heard.stop();
      await device.close();
      received.push(...positions(heard.events));
      lastEventId = heard.lastEventId();
    }
    await sending;
    expect(received).toEqual(upTo(TOTAL));
  });

  test('an acknowledgement deletes entries up to its position, and never ones that were not delivered', async ({
    relay,
    tenant,
    pair,
  }) => {
    const { alice, bob, send } = await pair();
    for (const text of ['a', 'b', 'c']) await send(alice, text);
    const { api } = bob.first;
    await api.sync.ack.mutate({ position: 2 });
    await api.sync.ack.mutate({ position: 1 });
    expect(positions((await caughtUp(listen(bob.first))).events)).toEqual([3]);
    await api.sync.ack.mutate({ position: 1_000_000 });
    await send(alice, 'd');
    const again = await caughtUp(listen(reconnect(relay, tenant, bob.first), '3'));
    expect(positions(again.events)).toEqual([4]);
  });

  test('a position from before the database was restored is not believed', async ({ pair }) => {
    const { alice, bob, send } = await pair();
    await send(alice, 'a');
    const heard = await caughtUp(listen(bob.first, '900'));
    await send(alice, 'b');
    await heard.until((events) => positions(events).length === 2);
    expect(positions(heard.events)).toEqual([1, 2]);
  });

  test('a mailbox longer than a page is delivered completely, then `caught-up`', async ({ pair }) => {
    const { alice, bob, send } = await pair();
    await Promise.all(upTo(450).map((i) => send(alice, `${i}`)));
    const { events } = await caughtUp(listen(bob.first));
    expect(positions(events)).toEqual(upTo(450));
    expect(events.at(-1)).toEqual({ type: 'caught-up' });
    expect(events.filter(({ type }) => type === 'caught-up')).toHaveLength(1);
  });

  test('large bodies are delivered in small pages', async ({ pair }) => {
    const { alice, bob, conversationId } = await pair();
    const input = () => ({
      ...messageTo(conversationId, [alice, bob], alice.first, 'x'),
      body: Buffer.alloc(65_536).toString('base64url'),
    });
    for (let i = 0; i < 40; i++) await alice.first.api.messages.send.mutate(input());
    const sizes: number[] = [];
    await new Promise<void>((resolve) => {
      bob.first.api.sync.subscribe.subscribe(
        { lastEventId: null },
        {
          onData: ({ data }) => {
            sizes.push(JSON.stringify(data).length);
            if (data.events.some(({ type }) => type === 'caught-up')) resolve();
          },
        },
      );
    });
    expect(Math.max(...sizes)).toBeLessThan(2_000_000);
    expect(sizes.length).toBeGreaterThan(2);
  });

  test('two sockets of one device both get everything', async ({ relay, tenant, pair }) => {
    const { alice, bob, send } = await pair();
    const heard = await Promise.all(
      [bob.first, reconnect(relay, tenant, bob.first)].map((device) => caughtUp(listen(device))),
    );
    for (const i of upTo(20)) await send(alice, `${i}`);
    await Promise.all(heard.map((one) => one.until((events) => positions(events).length === 20)));
    for (const { events } of heard) expect(positions(events)).toEqual(upTo(20));
  });

  test('a device that does not read for a while gets everything afterwards', async ({ relay, tenant, pair }) => {
    const { alice, bob, conversationId } = await pair();
    const slow = reconnect(relay, tenant, bob.first);
    const heard = await caughtUp(listen(slow));
    const [socket] = slow.sockets();
    socket!.pause();
    const body = Buffer.alloc(30_000).toString('base64url');
    for (let i = 0; i < 60; i++) {
      await Promise.all(
        upTo(10).map(() =>
          alice.first.api.messages.send.mutate({ ...messageTo(conversationId, [alice, bob], alice.first, 'x'), body }),
        ),
      );
    }
    socket!.resume();
    await heard.until((events) => positions(events).length === 600);
    expect(positions(heard.events)).toEqual(upTo(600));
  });
});

describe('live events', () => {
  test('both people are notified of a new conversation with its members', async ({ relay, tenant }) => {
    const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
    const heard = await Promise.all([caughtUp(listen(alice.first)), caughtUp(listen(bob.first))]);
    const conversation = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
    for (const one of heard) {
      await one.until((events) => events.some(({ type }) => type === 'conversation'));
      expect(one.events).toContainEqual({ type: 'conversation', conversation });
    }
  });

  test('the sender is notified of delivery, and the list keeps it', async ({ relay, pair }) => {
    const { alice, bob, conversationId, send } = await pair();
    const heard = await caughtUp(listen(alice.first));
    for (const text of ['a', 'b', 'c']) await send(alice, text);
    await bob.first.api.sync.ack.mutate({ position: 2 });
    await heard.until((events) => events.some(({ type }) => type === 'delivered'));
    expect(heard.events).toContainEqual({ type: 'delivered', conversationId, userId: bob.userId, upToSeq: 2 });
    const deliveredSeq = async () => {
      const { members } = await alice.first.api.conversations.get.query({ conversationId });
      return members.find(({ userId }) => userId === bob.userId)?.deliveredSeq;
    };
    expect(await deliveredSeq()).toBe(2);
    const second = await addDevice(relay, bob);
    await send(alice, 'd');
    await second.api.sync.ack.mutate({ position: 1 });
    expect(await deliveredSeq()).toBe(4);
    await bob.first.api.sync.ack.mutate({ position: 3 });
    expect(await deliveredSeq()).toBe(4);
  });

  test('typing reaches the other members of the conversation and no one else', async ({ relay, tenant, pair }) => {
    const { alice, bob, conversationId } = await pair();
    const carol = await signUp(relay, tenant);
    const [byAlice, byBob, byCarol] = await Promise.all(
      [alice.first, bob.first, carol.first].map((device) => caughtUp(listen(device))),
    );
    await alice.first.api.sync.typing.mutate({ conversationId, isTyping: true });
    await byBob!.until((events) => events.some(({ type }) => type === 'typing'));
    expect(byBob!.events).toContainEqual({ type: 'typing', conversationId, userId: alice.userId, isTyping: true });
    for (const { events } of [byAlice!, byCarol!]) expect(events.some(({ type }) => type === 'typing')).toBe(false);
    const foreign = carol.first.api.sync.typing.mutate({ conversationId, isTyping: true });
    expect(await refusalOf(foreign)).toMatchObject({ code: 'NOT_A_MEMBER' });
  });

  test('presence is online, away, or offline with a time, and shown only to people who share a conversation', async ({
    relay,
    tenant,
    pair,
  }) => {
    const { alice, bob } = await pair();
    await bob.first.api.conversations.openDm.mutate({ userId: alice.userId });
    const carol = await signUp(relay, tenant);
    const byCarol = await caughtUp(listen(carol.first));
    const byAlice = await caughtUp(listen(alice.first));
    const states = (events: readonly SyncEvent[]) =>
      events.filter((event) => event.type === 'presence').map(({ userId, state }) => [userId, state]);
    await byAlice.until((events) => states(events).length === 1);
    await bob.first.api.sync.presence.mutate({ state: 'away' });
    await byAlice.until((events) => states(events).length === 2);
    const second = reconnect(relay, tenant, bob.first);
    await second.api.preKeys.status.query();
    await byAlice.until((events) => states(events).length === 3);
    await second.close();
    await byAlice.until((events) => states(events).length === 4);
    await bob.first.close();
    await byAlice.until((events) => states(events).length === 5);
    expect(states(byAlice.events).map(([, state]) => state)).toEqual(['online', 'away', 'online', 'away', 'offline']);
    const last = byAlice.events.findLast((event) => event.type === 'presence');
    expect(Math.abs(last!.lastSeenAt! - Date.now())).toBeLessThan(10_000);
    expect(states(byCarol.events)).toEqual([]);
  });

  test('a person who has not opened the DM shows the other nothing of their presence, live or when that one connects', async ({
    relay,
    tenant,
    pair,
  }) => {
    // Alice opened the DM.
    const { alice, bob, conversationId } = await pair();
    const ofBob = (events: readonly SyncEvent[]) =>
      events.filter((event) => event.type === 'presence' && event.userId === bob.userId);
    const byBob = await caughtUp(listen(bob.first));
    const byAlice = await caughtUp(listen(alice.first));
    await byBob.until((events) => events.some((event) => event.type === 'presence' && event.userId === alice.userId));
    await bob.first.api.sync.presence.mutate({ state: 'away' });
    await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
    const again = await caughtUp(listen(reconnect(relay, tenant, alice.first)));
    await bob.first.api.sync.typing.mutate({ conversationId, isTyping: true });
    for (const heard of [byAlice, again]) {
      await heard.until((events) => events.some((event) => event.type === 'typing'));
      expect(ofBob(heard.events)).toEqual([]);
    }
    await bob.first.api.conversations.openDm.mutate({ userId: alice.userId });
    for (const heard of [byAlice, again]) {
      await heard.until((events) => ofBob(events).length === 1);
      expect(ofBob(heard.events)).toMatchObject([{ state: 'away' }]);
    }
  });
});

describe('the session of a subscription', () => {
  test('a subscription ends when its session expires, unless it was refreshed', async ({ clock, relay, tenant }) => {
    const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
    const [heardByAlice, heardByBob] = await Promise.all([caughtUp(listen(alice.first)), caughtUp(listen(bob.first))]);
    clock.aheadMs = 10 * 60_000;
    const anonymous = connect(relay, { appKey: tenant.appKey });
    await anonymous.api.auth.refresh.mutate({ refreshToken: bob.first.session.refreshToken });
    clock.aheadMs = 20 * 60_000;
    expect(await heardByAlice.ended()).toMatchObject({ code: 'SESSION_EXPIRED' });
    await bob.first.api.preKeys.status.query();
    await bob.first.api.auth.signOut.mutate();
    expect(await heardByBob.ended()).toMatchObject({ code: 'SESSION_EXPIRED' });
    clock.aheadMs = 0;
  });

  test('a socket beyond the limit is refused, and a closed one makes room', async ({ relay }) => {
    const small = await relay.addTenant({ limits: { socketsPerUser: 3 } });
    const person = await signUp(relay, small);
    const sockets = [person.first, reconnect(relay, small, person.first), reconnect(relay, small, person.first)];
    for (const { api } of sockets) await api.preKeys.status.query();
    const fourth = reconnect(relay, small, person.first);
    expect(await refusalOf(fourth.api.preKeys.status.query())).toMatchObject({ code: 'TOO_MANY_CONNECTIONS' });
    await sockets[1]!.close();
    const fifth = reconnect(relay, small, person.first);
    expect(await fifth.api.preKeys.status.query()).toBeDefined();
  });
});
