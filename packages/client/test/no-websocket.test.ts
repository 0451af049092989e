import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { LIFETIMES, type SealError } from '@seal-chat/protocol';
import { openStream } from '../src/api/stream.ts';
import { MOST_RECEIVED } from '../src/api/most-received.ts';
import { openHouse, type House } from './support/house.ts';
import { PATIENCE_MS, dmWith, expectShown, online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** A network that lets requests pass and WebSockets not, until it is `mended`. */
function createProxy() {
  const proxy = { isMended: false, attempts: 0, streams: 0 };
  class Blocked extends WebSocket {
    constructor(url: string | URL) {
      super(proxy.isMended ? url : 'ws://127.0.0.1:1/');
      proxy.attempts++;
      this.on('error', () => undefined);
    }
  }
  const stop = new AbortController();
  const send: typeof fetch = async (input, init = {}) => {
    if (typeof input !== 'string' || !input.includes('sync.subscribe')) return fetch(input, init);
    proxy.streams++;
    return fetch(input, { ...init, signal: AbortSignal.any([init.signal!, stop.signal]) });
  };
  return { proxy, options: { webSocket: Blocked, fetch: send }, cutStreams: () => stop.abort() };
}

it('where no WebSocket gets through, messages come and go all the same', async () => {
  const { proxy, options } = createProxy();
  const [alice, bob] = await Promise.all([house.enter(null, options), house.enter(null)]);
  await Promise.all([online(alice.client), online(bob.client)]);
  expect(proxy).toMatchObject({ attempts: 2, streams: 1 });

  const atAlice = await alice.client.openDm(bob.userId);
  await atAlice.send('over HTTP');
  const atBob = await dmWith(bob.client, alice.userId);
  await expectShown(atBob, ['over HTTP']);
  await atBob.send('and back');
  await expectShown(atAlice, ['over HTTP', 'and back']);
  await until(atAlice.messages, ({ messages }) => messages[0]?.status === 'delivered', 'the tick');
  // The server is not asked again and again.
  expect(proxy).toMatchObject({ attempts: 2, streams: 1 });
});

it('when the stream ends, nothing is lost or doubled, and a WebSocket that gets through is used again', async () => {
  const { proxy, options, cutStreams } = createProxy();
  const [alice, bob] = await Promise.all([house.enter(null, options), house.enter(null)]);
  await Promise.all([online(alice.client), online(bob.client)]);
  const atBob = await bob.client.openDm(alice.userId);
  await atBob.send('one');
  const atAlice = await dmWith(alice.client, bob.userId);
  await expectShown(atAlice, ['one']);
  proxy.isMended = true;
  cutStreams();
  await atBob.send('two');
  await expectShown(atAlice, ['one', 'two']);
  await online(alice.client);
  expect(proxy).toMatchObject({ attempts: 3, streams: 1 });
});

/** A server that answers the subscription as `answer` does. */
async function streamFrom(answer: (response: ServerResponse) => unknown, handle?: (batch: unknown) => unknown) {
  const server = createServer((_request, response) => answer(response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const batches: unknown[] = [];
  const ended: SealError[] = [];
  const stream = openStream({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    appKey: 'pk_test',
    accessToken: 'token',
    isHidden: false,
    fetch,
    call: async () => null,
    onEnd: (reason) => void ended.push(reason),
  });
  stream.subscribe(0, handle ?? ((batch) => void batches.push(batch)));
  return { stream, batches, ended };
}

const begin = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { 'content-type': 'text/event-stream' });

it.each([
  [
    'no Seal server',
    (response: ServerResponse): unknown => response.end('<html>Sign in to the hotel</html>'),
    'UNAVAILABLE',
  ],
  ['a status of its own', (response: ServerResponse): unknown => response.writeHead(403).end(), 'UNAVAILABLE'],
  ['an end at once', (response: ServerResponse): unknown => begin(response).end(), 'OFFLINE'],
  ['no JSON', (response: ServerResponse): unknown => begin(response).write('data: {"eve\n\n'), 'UNAVAILABLE'],
  [
    'an event without end',
    (response: ServerResponse): unknown => void begin(response).write(`data: ${'x'.repeat(MOST_RECEIVED + 100)}`),
    'MALFORMED',
  ],
  [
    'an error',
    (response: ServerResponse): unknown =>
      begin(response).write('event: serialized-error\ndata: {"data":{"seal":{"code":"DEVICE_REVOKED"}}}\n\n'),
    'DEVICE_REVOKED',
  ],
  [
    'its leave',
    (response: ServerResponse): unknown => begin(response).write('event: return\ndata: \n\n'),
    'UNAVAILABLE',
  ],
] as const)('a stream that is answered with %s ends once, and says so', async (_what, answer, code) => {
  const { stream, batches, ended } = await streamFrom((response) => void answer(response));
  expect((await stream.closed).code).toBe(code);
  stream.close();
  expect(ended.map((reason) => reason.code)).toEqual([code]);
  expect(batches).toEqual([]);
});

it('while no stream can be had either, WebSockets and streams are tried in turn, and calls still go over HTTP', async () => {
  const { proxy, options } = createProxy();
  const send: typeof fetch = async (input, init) => {
    if (typeof input !== 'string' || !input.includes('sync.subscribe')) return fetch(input, init);
    proxy.streams++;
    throw new TypeError('fetch failed');
  };
  const alice = await house.enter(null, { ...options, fetch: send });
  await expect.poll(() => proxy.streams, { timeout: PATIENCE_MS }).toBe(2);
  expect(proxy.attempts).toBe(3);
  proxy.isMended = true;
  alice.client.reconnect();
  await online(alice.client);
  expect(proxy).toMatchObject({ attempts: 4, streams: 2 });
});

it('a server that is silent is given up, and one whose batch takes long to work off is not', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  let finish: (() => void) | undefined;
  const { stream, ended } = await streamFrom(
    (response) => void begin(response).write('data: {"events":[]}\n\n'),
    () => new Promise<void>((done) => (finish = done)),
  );
  await vi.waitFor(() => expect(finish).toBeDefined());
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(ended).toEqual([]);
  finish!();
  await vi.advanceTimersByTimeAsync(LIFETIMES.heartbeatMs);
  expect(ended).toEqual([]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect((await stream.closed).code).toBe('OFFLINE');
});

it('a stream is read no faster than what it brings is worked off', async () => {
  let finish = (): void => undefined;
  const batches: unknown[] = [];
  const event = 'data: {"events":[{"type":"caught-up"}]}\n\n';
  const { stream } = await streamFrom(
    (response) => void begin(response).write(event.repeat(3)),
    (batch) => {
      batches.push(batch);
      return batches.length === 1 ? new Promise<void>((done) => (finish = done)) : undefined;
    },
  );
  await expect.poll(() => batches.length).toBe(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(batches).toHaveLength(1);
  finish();
  await expect.poll(() => batches.length).toBe(3);
  stream.close();
});
