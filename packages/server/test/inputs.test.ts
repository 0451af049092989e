import { createConnection } from 'node:net';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { PUBLIC_PROCEDURES } from '@seal-chat/protocol/api';
import type { ConversationId } from '@seal-chat/protocol';
import { channelOf } from './support/channels.ts';
import { connect, overHttp, rng } from './support/connections.ts';
import { publishPreKeys } from './support/devices.ts';
import { goodInputs } from './support/good-inputs.ts';
import { ODD_NUMBERS, ODD_TEXTS } from './support/mutations.ts';
import { signUp, type TestPerson } from './support/people.ts';
import { openRaw, type RawAnswer, type RawSocket } from './support/raw-socket.ts';
import type { Relay, TestTenant } from './support/relay.ts';
import { spoil } from './support/spoil.ts';
import { test } from './support/test.ts';

let relay: Relay;
let tenant: TestTenant;
let alice: TestPerson;
let bob: TestPerson;
let channelId: ConversationId;
let socket: RawSocket;

test.beforeAll(async ({ relay: given, tenant: usual }) => {
  relay = given;
  tenant = usual;
  [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
  await publishPreKeys(alice, alice.first, 1);
  ({ conversationId: channelId } = await channelOf(alice, [bob]));
  socket = await openRaw(relay, tenant, alice.first.session.accessToken);
});

const PATHS = `
  auth.challenge auth.register auth.join auth.signIn auth.refresh users.search users.profiles devices.lists
  devices.update devices.replaceKey devices.checkpoint preKeys.publish preKeys.claim vault.unlock linking.open
  linking.send linking.receive conversations.openDm conversations.list conversations.get messages.send
  messages.history messages.requestRetry messages.retry messages.remove
  attachments.limits attachments.create attachments.cancel
  channels.create channels.update channels.browse channels.join channels.decline channels.leave channels.invite
  channels.invitations channels.add channels.remove channels.setRole channels.publishKeyPackages
  channels.keyPackageStatus channels.claimKeyPackages channels.group channels.heads channels.log channels.commit
  channels.send channels.report channels.reset
  sync.subscribe sync.ack sync.typing sync.presence`
  .trim()
  .split(/\s+/);

const oddNumber = fc.constantFrom(...ODD_NUMBERS);
const oddText = fc.constantFrom(...ODD_TEXTS, 'A'.repeat(70_000));
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  oddNumber,
  oddText,
  fc.array(oddText, { maxLength: 130 }),
);

describe('any input at all', () => {
  test('every procedure has an input probe', () => {
    const all = Object.keys(relay.app.router._def.procedures);
    const withoutInput = ['auth.signOut', 'devices.keyShare', 'preKeys.status', 'vault.get'];
    expect([...PATHS, ...withoutInput].toSorted()).toEqual(all.toSorted());
    expect(Object.keys(goodInputs(alice, bob, channelId)).toSorted()).toEqual(PATHS.toSorted());
  });

  test('without a session every procedure refuses the caller, but for the public ones', async () => {
    const anonymous = await openRaw(relay, tenant);
    const withoutInput = { 'auth.signOut': ['mutation', undefined], 'preKeys.status': ['query', undefined] } as const;
    const inputs = { ...goodInputs(alice, bob, channelId), ...withoutInput };
    const open: string[] = [];
    for (const [path, [method, good]] of Object.entries(inputs)) {
      const { error } = await anonymous.call(method, path, good);
      if (error?.data.seal?.code !== 'NOT_SIGNED_IN') open.push(path);
    }
    anonymous.close();
    expect(open.toSorted()).toEqual(PUBLIC_PROCEDURES.toSorted());
  });

  test.each(PATHS)('%s answers random input with a typed error, and the socket stays open', async (path) => {
    const [method, good] = goodInputs(alice, bob, channelId)[path]!;
    const choices = fc.array(fc.nat(20), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(choices, odd, fc.nat(4), async (where, replacement, how) => {
        const { error } = await socket.call(method, path, spoil(good, where, replacement, how));
        if (error === undefined) return;
        expect(error.data.seal?.code).not.toBe('INTERNAL');
        expect(error.data.seal?.code).toMatch(/^[A-Z_]+$/);
        expect(error.message).not.toMatch(/prisma|postgres|select|at .*\.ts/i);
      }),
      { numRuns: 40 },
    );
    expect(socket.isOpen()).toBe(true);
  });

  test('a subscription that random input happened to open is no longer open afterwards', async () => {
    for (let i = 0; i < 30; i++) {
      expect(await socket.call('subscription', 'sync.subscribe', {})).toMatchObject({ result: { type: 'stopped' } });
    }
  });

  test.each(PATHS)('%s refuses values that are no object as BAD_INPUT', async (path) => {
    const [method] = goodInputs(alice, bob, channelId)[path]!;
    for (const input of [17, 'text', [1], true]) {
      const { error } = await socket.call(method, path, input);
      expect(error?.data.seal?.code).toBe('BAD_INPUT');
    }
  });

  test('a refusal names the invalid field', async () => {
    const [method, good] = goodInputs(alice, bob, channelId)['messages.send']!;
    const input = structuredClone(good) as { envelopes: { deviceId: string }[] };
    input.envelopes[0]!.deviceId = 'nobody';
    expect(await socket.call(method, 'messages.send', input)).toMatchObject({
      error: { data: { seal: { code: 'BAD_INPUT', details: { field: 'envelopes.0.deviceId' } } } },
    });
  });

  test('frames that are not requests leave the socket open', async () => {
    for (const frame of ['{', 'null', '[]', '[1,2]', '{"id":1}', '{"id":null,"method":"query"}', '"PING"', 'PONG']) {
      socket.send(frame);
    }
    socket.send(Buffer.from([0xff, 0xfe, 0x00]));
    socket.send('['.repeat(10_000));
    for (const path of ['', 'nothing', 'auth', 'auth.nothing', '__proto__', 'constructor.name', 'auth.__proto__.x']) {
      const { error } = await socket.call('query', path, {});
      expect(error?.data.seal?.code).toMatch(/^(NOT_FOUND|BAD_INPUT)$/);
    }
    expect((await socket.call('query', 'preKeys.status', undefined)).result).toBeDefined();
  });

  test('malformed upgrade requests affect no other connection', async () => {
    const { port } = new URL(relay.wsUrl);
    const upgrade = (path: string, headers: readonly string[]) =>
      new Promise<string>((resolve) => {
        const raw = createConnection(Number(port), '127.0.0.1');
        raw.once('data', (data) => {
          resolve(data.toString().split('\r\n', 1)[0]!);
          raw.destroy();
        });
        raw.once('close', () => resolve('closed'));
        const lines = [`GET ${path} HTTP/1.1`, 'Connection: Upgrade', 'Upgrade: websocket', ...headers];
        raw.write(`${lines.join('\r\n')}\r\n\r\n`);
      });
    const valid = ['Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${Buffer.from(rng(16)).toString('base64')}`];
    for (const host of ['%%%', '[', 'a b', '']) {
      expect(await upgrade('/trpc', [`Host: ${host}`, ...valid])).toMatch(/ 101 /);
    }
    expect(await upgrade('/trpc?connectionParams=%', ['Host: x', ...valid])).toMatch(/ 101 /);
    expect(await upgrade('/other', ['Host: x', ...valid])).toMatch(/ 404 /);
    expect(await upgrade('//', ['Host: x', ...valid])).toMatch(/ 404 /);
    expect(await upgrade('/trpc', ['Host: x'])).toMatch(/ 400 /);
    expect((await socket.call('query', 'preKeys.status', undefined)).result).toBeDefined();
  });

  test('malformed bodies over HTTP are refused with a typed error', async () => {
    const { accessToken } = alice.first.session;
    const url = relay.wsUrl.replace(/^ws/, 'http');
    const headers = { 'x-seal-app-key': tenant.appKey, authorization: `Bearer ${accessToken}` };
    const post = async (path: string, body: string) => {
      const response = await fetch(`${url}/${path}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body,
      });
      return (await response.json()) as RawAnswer;
    };
    for (const body of ['{', '', 'null', '"x"', '[]', '{"deviceId":1}']) {
      expect((await post('auth.signIn', body)).error?.data.seal?.code).toBe('BAD_INPUT');
    }
    const api = overHttp(relay, { appKey: tenant.appKey, accessToken });
    expect(await api.preKeys.status.query()).toBeDefined();
  });

  test('no invalid input was logged as a failure of the server', () => {
    expect(relay.log).toEqual([]);
  });

  test('other connections are still served afterwards', async () => {
    const other = connect(relay, { appKey: tenant.appKey });
    expect(await other.api.auth.challenge.mutate({})).toMatchObject({ tenantId: tenant.tenantId });
    await other.close();
  });
});
