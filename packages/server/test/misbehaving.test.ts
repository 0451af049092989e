import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { ConversationId, DeviceId, MessageId, TenantId, UserId } from '@seal-chat/protocol';
import type { Sql } from 'postgres';
import { describe, expect } from 'vitest';
import type { Bus } from '../src/bus/bus.ts';
import { createHub } from '../src/delivery/hub.ts';
import type { Rates } from '../src/limits/rates.ts';
import type { SendItem } from '../src/messages/batch.ts';
import { createWriter } from '../src/messages/writer.ts';
import { createTenants } from '../src/tenants/service.ts';
import { patient } from '../../../scripts/lib/patience.mjs';
import { connect, overHttp } from './support/connections.ts';
import { messageTo } from './support/messages.ts';
import { signUp } from './support/people.ts';
import { refusalOf } from './support/probes.ts';
import type { Relay } from './support/relay.ts';
import { test } from './support/test.ts';

describe('two tenants that have all ids in common', () => {
  /** A DM of two people with a device each, under these very ids. */
  async function populate(relay: Relay, tenantId: TenantId, ids: Ids): Promise<void> {
    await relay.sql.begin(async (sql) => {
      for (const [userId, deviceId] of ids.people) {
        await sql`
          insert into users (tenant_id, id, identity_key, list_version) values (${tenantId}, ${userId}, ''::bytea, 1)`;
        await sql`
          insert into devices (tenant_id, id, user_id, dh_key, sign_key, registration_id, added_in)
          values (${tenantId}, ${deviceId}, ${userId}, ''::bytea, ''::bytea, 1, 1)`;
        await sql`insert into mailboxes (tenant_id, device_id) values (${tenantId}, ${deviceId})`;
      }
      const [low, high] = ids.people.map(([userId]) => userId).toSorted();
      await sql`
        insert into conversations (tenant_id, id, kind, dm_low, dm_high)
        values (${tenantId}, ${ids.conversationId}, 'dm', ${low!}, ${high!})`;
      await sql`
        insert into memberships (tenant_id, conversation_id, user_id)
        select ${tenantId}, ${ids.conversationId}, id from unnest(${[low!, high!]}::uuid[]) as id`;
    });
  }

  interface Ids {
    readonly conversationId: ConversationId;
    readonly people: readonly (readonly [UserId, DeviceId])[];
  }

  test('each have their own message of one batch, and a repeat of it finds theirs', async ({ relay }) => {
    const tenants = [await relay.addTenant(), await relay.addTenant()].map(({ tenantId }) => tenantId);
    const id = <Id extends string>(): Id => randomUUID() as Id;
    const ids: Ids = { conversationId: id(), people: [[id(), id()] as const, [id(), id()] as const] };
    for (const tenantId of tenants) await populate(relay, tenantId, ids);
    const [[senderUserId, senderDeviceId], [userId, deviceId]] = ids.people as [
      readonly [UserId, DeviceId],
      readonly [UserId, DeviceId],
    ];
    const messageId = id<MessageId>();
    const payload = (text: string) => ({ bytes: Buffer.from(text), text: Buffer.from(text).toString('base64url') });
    const itemOf = (tenantId: TenantId): SendItem => ({
      tenantId,
      conversationId: ids.conversationId,
      messageId,
      senderUserId,
      senderDeviceId,
      claims: [senderUserId, userId].map((member) => ({ userId: member, version: 1 })),
      body: payload(`body of ${tenantId}`),
      envelopes: [{ deviceId, envelope: payload(`envelope of ${tenantId}`) }],
    });
    const batches: number[] = [];
    const { send, drain } = createWriter({
      sql: relay.sql,
      bus: { publishToOthers: () => undefined } as unknown as Bus,
      hub: createHub(),
      outbox: { wake: () => undefined },
      clock: Date.now,
      metrics: { ...relay.metrics, countAccepted: (_kind, count) => batches.push(count) },
      onError: (error) => expect.unreachable(String(error)),
    });
    const results = await Promise.all([...tenants, ...tenants].map((tenantId) => send(itemOf(tenantId))));
    expect(batches).toEqual([2]);
    expect(results.map((result) => result.kind)).toEqual(['stored', 'stored', 'stored', 'stored']);
    expect((await Promise.all(tenants.map((tenantId) => send(itemOf(tenantId))))).map(({ kind }) => kind)).toEqual([
      'known',
      'known',
    ]);
    await drain();
    for (const tenantId of tenants) {
      const rows = await relay.sql`
        select m.seq::int, convert_from(m.body, 'utf8') as body, convert_from(e.envelope, 'utf8') as envelope
        from messages m join mailbox_entries e on e.tenant_id = m.tenant_id and e.conversation_id = m.conversation_id
        where m.tenant_id = ${tenantId}`;
      expect([...rows]).toEqual([{ seq: 1, body: `body of ${tenantId}`, envelope: `envelope of ${tenantId}` }]);
    }
  });
});

describe('app keys that no tenant has', () => {
  /** The look-ups that a resolver makes; those of keys that begin with `slow` are answered when the test says so. */
  function resolver() {
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    const functions = (async (_statement: TemplateStringsArray, key: string) => {
      asked.push(key);
      if (key.startsWith('slow')) await new Promise<void>((resolve) => answers.push(resolve));
      return key === 'pk_good' ? [{ tenantId: 'T', allowedOrigins: ['*'], limits: {} }] : [];
    }) as unknown as Sql;
    const clock = { now: 1_000_000 };
    const tenants = createTenants({ functions, rates: {} as Rates, clock: () => clock.now });
    const resolve = (key: string): Promise<string> =>
      tenants.resolve(key, null).then(
        ({ tenantId }) => tenantId,
        (error: { code: string }) => error.code,
      );
    return { asked, answers, clock, resolve };
  }

  test('are looked up once in a while each, and once for all who ask meanwhile', async () => {
    const { asked, answers, clock, resolve } = resolver();
    const together = Promise.all(Array.from({ length: 50 }, () => resolve('slow')));
    expect(asked).toEqual(['slow']);
    answers[0]!();
    expect(new Set(await together)).toEqual(new Set(['UNKNOWN_APP_KEY']));
    expect(await resolve('slow')).toBe('UNKNOWN_APP_KEY');
    expect(asked).toHaveLength(1);
    clock.now += 10_000;
    const again = resolve('slow');
    expect(asked).toHaveLength(2);
    answers[1]!();
    expect(await again).toBe('UNKNOWN_APP_KEY');
  });

  test('never push out one that a tenant has, however many come', async () => {
    const { asked, resolve } = resolver();
    expect(await resolve('pk_good')).toBe('T');
    for (let i = 0; i < 25_000; i++) await resolve(`guess-${i}`);
    expect(await resolve('pk_good')).toBe('T');
    expect(asked.filter((key) => key === 'pk_good')).toHaveLength(1);
  });

  test('take few look-ups at once, and known ones do not wait for them', async () => {
    const { asked, answers, clock, resolve } = resolver();
    expect(await resolve('pk_good')).toBe('T');
    const guesses = Array.from({ length: 100 }, (_, i) => resolve(`slow-${i}`));
    expect(await Promise.all(guesses.slice(8))).toEqual(Array.from({ length: 92 }, () => 'UNAVAILABLE'));
    clock.now += 10_000;
    expect(await resolve('pk_good')).toBe('T');
    for (const answer of answers) answer();
    expect(await Promise.all(guesses.slice(0, 8))).toEqual(Array.from({ length: 8 }, () => 'UNKNOWN_APP_KEY'));
    expect(asked).toHaveLength(10);
  });

  test('are refused by a server, which serves everybody else meanwhile', async ({ relay, tenant, pair }) => {
    const { alice, send } = await pair();
    const flood = Array.from({ length: 200 }, (_, i) =>
      refusalOf(overHttp(relay, { appKey: `pk_${i}_${randomUUID()}` }).auth.challenge.mutate({})),
    );
    const [sent] = await Promise.all([send(alice, 'meanwhile'), connect(relay, tenant).api.auth.challenge.mutate({})]);
    expect(sent).toMatchObject({ seq: 1 });
    const codes = new Set((await Promise.all(flood)).map(({ code }) => code));
    codes.delete('UNAVAILABLE');
    expect([...codes]).toEqual(['UNKNOWN_APP_KEY']);
  });
});

describe('a reader who does not read', () => {
  test(
    'is cut once much waits for them, and the process has their memory again',
    { timeout: patient(60_000) },
    async ({ relay, tenant, pair }) => {
      const { alice, bob, conversationId, send } = await pair();
      const body = Buffer.alloc(60_000, 1).toString('base64url');
      for (let i = 0; i < 50; i++) {
        const message = messageTo(conversationId, [alice, bob], alice.first, `${i}`);
        await alice.first.api.messages.send.mutate({ ...message, body });
      }
      // Another person of the tenant, who asks for far more than they take.
      const greedy = connect(relay, { appKey: tenant.appKey, accessToken: alice.first.session.accessToken });
      await greedy.api.preKeys.status.query();
      const [socket] = greedy.sockets();
      (socket as unknown as { _socket: Socket })._socket.pause();
      const before = relay.app.openSockets();
      const page = { conversationId, before: null, limit: 50 };
      const calls = Array.from({ length: 100 }, () =>
        greedy.api.messages.history.query(page).catch((error: unknown) => error),
      );
      await expect.poll(() => relay.app.openSockets(), { timeout: patient(40_000) }).toBe(before - 1);
      // What they asked for is not worked on any longer, and others are served.
      expect(await send(bob, 'after')).toMatchObject({ seq: 51 });
      const other = await signUp(relay, tenant);
      expect(await other.first.api.conversations.list.query({ after: null, limit: 10 })).toBeDefined();
      socket!.terminate();
      await Promise.all(calls);
    },
  );
});
