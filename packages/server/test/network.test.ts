import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { describe, expect, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { reconnect } from './support/devices.ts';
import { signedIn, signUp } from './support/people.ts';
import { startRelay, type Relay, type RelayProcess } from './support/relay.ts';
import { test } from './support/test.ts';

/** A socket of a stranger with the answers it got. */
async function stranger(relay: RelayProcess, query = '') {
  const socket = new WebSocket(`${relay.wsUrl}${query}`);
  const answers: { id: number | null; error?: { code: number; data: { code: string; seal: { code: string } } } }[] = [];
  socket.on('message', (data: Buffer) => answers.push(JSON.parse(data.toString()) as (typeof answers)[number]));
  socket.on('error', () => undefined);
  await once(socket, 'open');
  onTestFinished(() => socket.terminate());
  return { socket, answers };
}

/** The status and the head of the answer to an upgrade that is refused; 101 when it is not. */
async function upgrade(relay: Relay): Promise<{ status: number; head: string; end: () => void }> {
  const { hostname, port } = new URL(relay.wsUrl);
  const socket = connectTcp(Number(port), hostname);
  socket.write(
    'GET /trpc HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  const [data] = (await once(socket, 'data')) as [Buffer];
  const head = data.toString();
  return { status: Number(head.slice(9, 12)), head, end: () => socket.destroy() };
}

const challenge = (id: unknown) => ({ id, method: 'mutation', params: { path: 'auth.challenge', input: {} } });

describe('sockets of strangers', () => {
  test('few of an address may be on their way to sign in, and who has is none of them', async () => {
    const relay = await startRelay({ network: { strangersPerAddress: 3 } });
    onTestFinished(() => relay.close());
    const tenant = await relay.addTenant();
    const person = await signUp(relay, tenant);
    await person.first.api.conversations.list.query({ after: null, limit: 10 });
    const taken = [await upgrade(relay), await upgrade(relay), await upgrade(relay)];
    expect(taken.map(({ status }) => status)).toEqual([101, 101, 101]);
    const refused = await upgrade(relay);
    expect(refused.status).toBe(429);
    expect(refused.head).toMatch(/^retry-after: \d+\r$/m);
    taken[0]!.end();
    await expect.poll(() => relay.app.openSockets()).toBe(3);
    const again = signedIn(relay, tenant, person.first.keys, person.first.session);
    onTestFinished(() => again.close());
    await again.api.conversations.list.query({ after: null, limit: 10 });
    expect((await upgrade(relay)).status).toBe(101);
  });

  test('a socket that does not sign in is told so and closed; one that does stays', async ({ relay, tenant }) => {
    const person = await signUp(relay, tenant);
    const impatient = await relay.addProcess({ network: { strangerMs: 3_000 } });
    const device = reconnect(impatient, tenant, person.first);
    await device.api.conversations.list.query({ after: null, limit: 10 });
    for (const query of ['', '?connectionParams=1']) {
      const { socket } = await stranger(impatient, query);
      if (query !== '') socket.send(JSON.stringify({ method: 'connectionParams', data: { appKey: tenant.appKey } }));
      const [code] = (await once(socket, 'close')) as [number];
      expect(code).toBe(4401);
    }
    // Both have come and gone since.
    expect(device.sockets().map(({ readyState }) => readyState)).toEqual([WebSocket.OPEN]);
  });
});

describe('frames', () => {
  test('a bad call in a batch answers for itself, and the others are answered', async ({ relay }) => {
    const { socket, answers } = await stranger(relay);
    const bad = [{ id: 2, method: 'mutation' }, 7, { ...challenge(4), method: 'delete' }];
    socket.send(JSON.stringify([challenge(1), ...bad, challenge(5)]));
    await expect.poll(() => new Set(answers.map(({ id }) => id))).toEqual(new Set([1, 2, 4, 5, null]));
    const codes = new Map(answers.map(({ id, error }) => [id, error?.data.seal.code]));
    expect([2, 4, null].map((id) => codes.get(id))).toEqual(['BAD_INPUT', 'BAD_INPUT', 'BAD_INPUT']);
    expect([1, 5].map((id) => codes.get(id))).toEqual(['UNKNOWN_APP_KEY', 'UNKNOWN_APP_KEY']);
  });

  test('errors have the codes that tools of tRPC know', async ({ relay }) => {
    const { socket, answers } = await stranger(relay);
    socket.send(JSON.stringify([challenge(1), { ...challenge(2), params: { path: 'no.such' } }]));
    await expect.poll(() => answers.length).toBe(2);
    expect(answers.find(({ id }) => id === 1)?.error).toMatchObject({ code: -32001, data: { code: 'UNAUTHORIZED' } });
    expect(answers.find(({ id }) => id === 2)?.error).toMatchObject({ code: -32004, data: { code: 'NOT_FOUND' } });
  });

  test('nested brackets are refused over HTTP too', async ({ relay, tenant }) => {
    const url = `${relay.wsUrl.replace('ws', 'http')}/auth.challenge`;
    const headers = { 'content-type': 'application/json', 'x-seal-app-key': tenant.appKey };
    const answer = await fetch(url, { method: 'POST', headers, body: '['.repeat(2_000_000) });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'BAD_INPUT' });
  });
});
