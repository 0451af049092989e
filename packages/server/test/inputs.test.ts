import { createConnection } from 'node:net';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { WebSocket } from 'ws';
import { PUBLIC_PROCEDURES } from '@seal-chat/protocol/api';
import { newId, toBase64, type AttachmentId, type ConversationId } from '@seal-chat/protocol';
import { channelMessage, channelOf, commitAt, leafOf, newChannel, noise } from './support/channels.ts';
import { connect, overHttp, rng } from './support/connections.ts';
import { publishPreKeys } from './support/devices.ts';
import { messageTo } from './support/messages.ts';
import { signUp, type TestPerson } from './support/people.ts';
import type { Relay, TestTenant } from './support/relay.ts';
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
  socket = await openRaw(alice.first.session.accessToken);
});

interface RawSocket {
  /** Sends one frame as it is. */
  send(frame: string | Buffer): void;
  /** Calls a procedure with any input and returns its answer: `result` or `error`. */
  call(method: string, path: string, input: unknown): Promise<RawAnswer>;
  isOpen(): boolean;
  close(): void;
}

interface RawAnswer {
  readonly error?: { readonly message: string; readonly data: { readonly seal?: { readonly code: string } } };
  readonly result?: unknown;
}

/** A socket that speaks tRPC's frames without any client in between. */
async function openRaw(accessToken?: string): Promise<RawSocket> {
  const ws = new WebSocket(`${relay.wsUrl}?connectionParams=1`);
  await new Promise((resolve) => ws.once('open', resolve));
  ws.send(JSON.stringify({ method: 'connectionParams', data: { appKey: tenant.appKey, accessToken } }));
  const waiting = new Map<unknown, (answer: RawAnswer) => void>();
  ws.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as RawAnswer & { id: unknown };
    waiting.get(answer.id)?.(answer);
  });
  let id = 0;
  return {
    send: (frame) => ws.send(frame),
    call(method, path, input) {
      const call = ++id;
      ws.send(JSON.stringify({ id: call, method, params: { path, input } }));
      return new Promise((resolve) => waiting.set(call, resolve));
    },
    isOpen: () => ws.readyState === WebSocket.OPEN,
    close: () => ws.close(),
  };
}

/** Every procedure that takes an input, and one good input of each: what random ones are made from. */
function goodInputs(): Record<string, readonly ['query' | 'mutation' | 'subscription', unknown]> {
  const proof = {
    challengeId: alice.first.deviceId,
    userId: alice.userId,
    deviceId: alice.first.deviceId,
    signature: toBase64(rng(64)),
  };
  const conversationId = alice.first.deviceId as never;
  const list = { deviceList: toBase64(alice.list.signed.bytes), deviceListSignature: toBase64(rng(64)) };
  const vault = { vault: toBase64(rng(200)), signature: toBase64(rng(64)), records: [toBase64(rng(100))] };
  const admission = { kind: 'consent', deviceId: alice.first.deviceId, signature: toBase64(rng(64)) };
  const key = (length: number) => ({ keyId: 7, publicKey: toBase64(rng(length)), signature: toBase64(rng(64)) });
  return {
    'auth.challenge': ['mutation', {}],
    'auth.register': ['mutation', { ...proof, ...list, username: 'someone', vault }],
    'auth.join': ['mutation', { ...proof, ...list, admission }],
    'auth.signIn': ['mutation', proof],
    'auth.refresh': ['mutation', { refreshToken: toBase64(rng(32)) }],
    'users.search': ['query', { query: 'al', limit: 10 }],
    'users.profiles': ['query', { userIds: [alice.userId] }],
    'devices.lists': ['query', { users: [{ userId: alice.userId, since: 0 }] }],
    'devices.update': ['mutation', { deviceList: list.deviceList, signature: toBase64(rng(64)), vault }],
    'devices.replaceKey': [
      'mutation',
      {
        deviceList: list.deviceList,
        signature: toBase64(rng(64)),
        vault,
        shares: [{ deviceId: bob.first.deviceId, envelope: toBase64(rng(200)) }],
      },
    ],
    'devices.checkpoint': ['mutation', { rev: 1 }],
    'preKeys.publish': [
      'mutation',
      {
        signedPreKey: key(32),
        lastResortKemPreKey: key(1184),
        oneTimePreKeys: [key(32)],
        oneTimeKemPreKeys: [key(1184)],
      },
    ],
    'preKeys.claim': ['mutation', { userId: bob.userId, deviceIds: [bob.first.deviceId] }],
    'vault.unlock': ['mutation', { username: 'someone', challengeId: proof.challengeId, signature: proof.signature }],
    'linking.open': ['mutation', { linkId: alice.first.deviceId }],
    'linking.send': ['mutation', { linkId: alice.first.deviceId, step: 1, payload: toBase64(rng(5)) }],
    'linking.receive': ['query', { linkId: alice.first.deviceId, step: 1 }],
    'conversations.openDm': ['mutation', { userId: alice.userId }],
    'conversations.list': ['query', { after: null, limit: 10 }],
    'conversations.get': ['query', { conversationId }],
    'messages.send': [
      'mutation',
      {
        ...messageTo(conversationId, [alice, bob], alice.first, 'x'),
        lifetimeSeconds: 60,
        attachmentIds: [alice.first.deviceId],
      },
    ],
    'messages.history': ['query', { conversationId, before: null, limit: 10 }],
    'messages.requestRetry': ['mutation', { conversationId, seq: 1 }],
    'messages.retry': ['mutation', { conversationId, seq: 1, deviceId: bob.first.deviceId, envelope: 'AAAA' }],
    'messages.remove': ['mutation', { conversationId, seq: 1 }],
    'attachments.limits': ['query', {}],
    'attachments.create': [
      'mutation',
      { attachmentId: newId<AttachmentId>(rng(16)), conversationId: channelId, size: 100 },
    ],
    'attachments.cancel': ['mutation', { attachmentId: newId<AttachmentId>(rng(16)) }],
    'channels.create': ['mutation', newChannel('inputs')],
    'channels.update': ['mutation', { conversationId: channelId, name: 'inputs', description: '' }],
    'channels.browse': ['query', { query: 'in', after: null, limit: 10 }],
    'channels.join': ['mutation', { conversationId: channelId }],
    'channels.decline': ['mutation', { conversationId: channelId }],
    'channels.leave': ['mutation', { conversationId }],
    'channels.invite': ['mutation', { conversationId: channelId, userIds: [bob.userId] }],
    'channels.invitations': ['query', {}],
    'channels.add': ['mutation', { conversationId: channelId, userIds: [bob.userId] }],
    'channels.remove': ['mutation', { conversationId: channelId, userId: bob.userId }],
    'channels.setRole': ['mutation', { conversationId: channelId, userId: bob.userId, role: 'admin' }],
    'channels.publishKeyPackages': [
      'mutation',
      { oneTime: [{ ref: noise(32), bytes: noise(90) }], lastResort: { ref: noise(32), bytes: noise(90) } },
    ],
    'channels.keyPackageStatus': ['query', {}],
    'channels.claimKeyPackages': ['mutation', { conversationId: channelId, deviceIds: [bob.first.deviceId] }],
    'channels.group': ['query', { conversationId: channelId }],
    'channels.heads': ['query', {}],
    'channels.log': ['query', { conversationId: channelId, after: 0, limit: 10 }],
    'channels.commit': [
      'mutation',
      commitAt(channelId, { incarnation: 0, epoch: 1 }, { adds: [leafOf(bob)], removes: [alice.first.deviceId] }),
    ],
    'channels.send': ['mutation', channelMessage(channelId, { incarnation: 0, epoch: 1 })],
    'channels.report': ['mutation', { conversationId: channelId, incarnation: 0, epoch: 0 }],
    'channels.reset': [
      'mutation',
      { conversationId: channelId, incarnation: 1, groupInfo: noise(90), authenticator: noise(32) },
    ],
    'sync.subscribe': ['subscription', { lastEventId: '0' }],
    'sync.ack': ['mutation', { position: 1 }],
    'sync.typing': ['mutation', { conversationId, isTyping: true }],
    'sync.presence': ['mutation', { state: 'away' }],
  };
}

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

const oddNumber = fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, -0, Number.MAX_SAFE_INTEGER);
const oddText = fc.constantFrom(
  '',
  '\u0000',
  '\ud800',
  'A',
  '=',
  '../',
  "';--",
  'A'.repeat(70_000),
  '00000000-0000-0000-0000-000000000000',
);
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  oddNumber,
  oddText,
  fc.array(oddText, { maxLength: 130 }),
);

/** `good` with one value somewhere in it replaced, removed or added. */
function spoil(good: unknown, choices: readonly number[], replacement: unknown, how: number): unknown {
  if (typeof good !== 'object' || good === null || choices.length === 0) return replacement;
  const copy = structuredClone(good) as Record<string, unknown>;
  const keys = Object.keys(copy);
  const key = keys[choices[0]! % Math.max(1, keys.length)];
  if (how === 0 || key === undefined) copy['added'] = replacement;
  else if (how === 1) delete copy[key];
  else copy[key] = spoil(copy[key], choices.slice(1), replacement, how);
  return Array.isArray(good) ? Object.values(copy) : copy;
}

describe('any input at all', () => {
  test('every procedure has an input probe', () => {
    const all = Object.keys(relay.app.router._def.procedures);
    const withoutInput = ['auth.signOut', 'devices.keyShare', 'preKeys.status', 'vault.get'];
    expect([...PATHS, ...withoutInput].toSorted()).toEqual(all.toSorted());
    expect(Object.keys(goodInputs()).toSorted()).toEqual(PATHS.toSorted());
  });

  test('without a session every procedure refuses the caller, but for the public ones', async () => {
    const anonymous = await openRaw();
    const withoutInput = { 'auth.signOut': ['mutation', undefined], 'preKeys.status': ['query', undefined] } as const;
    const inputs = { ...goodInputs(), ...withoutInput };
    const open: string[] = [];
    for (const [path, [method, good]] of Object.entries(inputs)) {
      const { error } = await anonymous.call(method, path, good);
      if (error?.data.seal?.code !== 'NOT_SIGNED_IN') open.push(path);
    }
    anonymous.close();
    expect(open.toSorted()).toEqual(PUBLIC_PROCEDURES.toSorted());
  });

  test.each(PATHS)('%s answers random input with a typed error, and the socket stays open', async (path) => {
    const [method, good] = goodInputs()[path]!;
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

  test.each(PATHS)('%s refuses values that are no object as BAD_INPUT', async (path) => {
    const [method] = goodInputs()[path]!;
    for (const input of [17, 'text', [1], true]) {
      const { error } = await socket.call(method, path, input);
      expect(error?.data.seal?.code).toBe('BAD_INPUT');
    }
  });

  test('a refusal names the invalid field', async () => {
    const [method, good] = goodInputs()['messages.send']!;
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
