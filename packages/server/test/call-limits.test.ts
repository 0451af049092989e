import { once } from 'node:events';
import { describe, expect, onTestFinished } from 'vitest';
import { CALL_CLASSES, CALL_LIMITS, PARTY_LIMITS } from '@seal-chat/protocol/api';
import { connect } from './support/connections.ts';
import { channelOf } from './support/channels.ts';
import { signUp } from './support/people.ts';
import { refusalOf } from './support/probes.ts';
import { startRelay } from './support/relay.ts';
import { test } from './support/test.ts';

describe('the table of calls', () => {
  test('has a row for every procedure, and none for what is not one', ({ relay }) => {
    const procedures = Object.keys((relay.app.router as unknown as { _def: { procedures: object } })._def.procedures);
    expect(Object.keys(CALL_LIMITS).toSorted()).toEqual(procedures.toSorted());
  });

  test('a caller over a limit is told when to come again, and another person is not affected', async () => {
    const scan = { ...CALL_CLASSES.scan, person: 3, address: 2 };
    const relay = await startRelay({ callClasses: { ...CALL_CLASSES, scan } });
    onTestFinished(() => relay.close());
    const tenant = await relay.addTenant();
    const [alice, bob] = [await signUp(relay, tenant), await signUp(relay, tenant)];
    const list = (person: typeof alice) => person.first.api.conversations.list.query({ after: null, limit: 10 });
    for (let i = 0; i < 3; i++) await list(alice);
    const { code, details } = await refusalOf(list(alice));
    expect(code).toBe('RATE_LIMITED');
    expect(details.retryAfterMs).toBeGreaterThan(0);
    expect(await list(bob)).toBeDefined();

    const anonymous = connect(relay, { appKey: tenant.appKey });
    onTestFinished(() => anonymous.close());
    const lists = () => anonymous.api.devices.lists.query({ users: [{ userId: bob.userId, since: 0 }] });
    await lists();
    await lists();
    expect((await refusalOf(lists())).code).toBe('RATE_LIMITED');
  });
});

describe('a person who goes on after refusals', () => {
  test('is not read for a while and then disconnected, and others are served meanwhile', async () => {
    const scan = { ...CALL_CLASSES.scan, person: 1 };
    const partyLimits = { ...PARTY_LIMITS, refusals: 5, pauseMs: 1, longestPauseMs: 1, pauses: 2 };
    const relay = await startRelay({ callClasses: { ...CALL_CLASSES, scan }, partyLimits });
    onTestFinished(() => relay.close());
    const tenant = await relay.addTenant();
    const [loud, quiet] = [await signUp(relay, tenant), await signUp(relay, tenant)];
    const [socket] = loud.first.sockets();
    const closed = once(socket!, 'close') as Promise<[number, Buffer]>;
    const list = (person: typeof loud) => person.first.api.conversations.list.query({ after: null, limit: 10 });
    await list(loud);
    const refused = Array.from({ length: 1_000 }, () => list(loud).catch(() => null));
    const [code, reason] = await closed;
    expect([code, reason.toString()]).toEqual([4_429, 'RATE_LIMITED']);
    expect(await list(quiet)).toBeDefined();
    await loud.first.close();
    await Promise.all(refused);
  });
});

describe('a tenant’s flood', () => {
  test('calls of another tenant are served between those of the flood, and those of a socket that has gone are not', async () => {
    const turns = { atOnce: 4, perTenant: 3, perPerson: 3, waiting: 10_000, waitingPerTenant: 5_000 };
    const relay = await startRelay({ turns });
    onTestFinished(() => relay.close());
    const [loudTenant, quietTenant] = [await relay.addTenant(), await relay.addTenant()];
    const loud = await signUp(relay, loudTenant);
    const quiet = await signUp(relay, quietTenant);
    const { conversationId } = await channelOf(loud, [], 'big');
    // Holds up each reader of the group for as long as the test wants.
    const held = await relay.sql.reserve();
    await held`begin`;
    await held`lock table channel_groups in access exclusive mode`;
    const flood = Array.from({ length: 300 }, () =>
      loud.first.api.channels.group.query({ conversationId }).then(
        () => 'served',
        () => 'refused',
      ),
    );
    const waitingOnLock = async () =>
      (await relay.sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
        .length;
    await expect.poll(waitingOnLock).toBe(3);
    try {
      for (let i = 0; i < 20; i++) {
        expect(await quiet.first.api.users.profiles.query({ userIds: [quiet.userId] })).toHaveLength(1);
      }
      expect(await waitingOnLock()).toBe(3);
      for (const socket of loud.first.sockets()) socket.terminate();
      await expect.poll(() => relay.app.openSockets()).toBe(1);
    } finally {
      await held`rollback`;
      held.release();
    }
    expect(new Set(await Promise.all(flood))).toEqual(new Set(['refused']));
    await expect.poll(waitingOnLock).toBe(0);
  });
});
