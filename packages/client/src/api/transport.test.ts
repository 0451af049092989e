import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { SocketClass } from './socket.ts';
import { openStream } from './stream.ts';
import { createTransport } from './transport.ts';

let server: WebSocketServer;
beforeAll(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.on('connection', (client) => {
    client.on('message', (text: Buffer) => {
      const { id, method } = JSON.parse(text.toString()) as { id?: number; method: string };
      if (method === 'subscription') client.send(JSON.stringify({ id, result: { type: 'started' } }));
      if (method === 'query') client.send(JSON.stringify({ id, result: { type: 'data', data: 'over the socket' } }));
    });
  });
});
afterAll(() => server.close());

let requests: string[];
beforeEach(() => void (requests = []));

function transport(webSocket: SocketClass = WebSocket) {
  return createTransport(
    {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      appKey: 'pk_test',
      webSocket,
      loadStream: async () => ({ openStream }),
      fetch: async (input) => {
        requests.push(input as string);
        return Response.json({ result: { data: 'over HTTP' } });
      },
    },
    { accessToken: async () => 'token', current: () => 'token', refuse: () => {}, forget: () => {} },
  );
}

it('a call made while the socket opens goes over it, and costs no request', async () => {
  const { api, connect } = transport();
  const socket = await connect({ isHidden: false });
  const answer = api.preKeys.status.query();
  socket.subscribe(0, () => {});
  await expect(answer).resolves.toBe('over the socket');
  expect(requests).toEqual([]);
  socket.close();
});

it('a call goes over HTTP when the socket is lost, or does not open in time', async () => {
  const { api, connect } = transport();
  const lost = await connect({ isHidden: false });
  const answer = api.preKeys.status.query();
  lost.close();
  await expect(answer).resolves.toBe('over HTTP');
  // Nothing subscribes, so that the server never says that it took the connection.
  const slow = await connect({ isHidden: false });
  await expect(api.preKeys.status.query()).resolves.toBe('over HTTP');
  expect(requests).toHaveLength(2);
  slow.close();
});

it('a socket that ends in the turn in which it opened takes no calls', async () => {
  /** A server that takes a connection and leaves, both in one turn of this process. */
  class Fleeting extends EventTarget {
    constructor() {
      super();
      queueMicrotask(() => this.dispatchEvent(new Event('open')));
    }
    send(text: string) {
      const { id, method } = JSON.parse(text) as { readonly id?: number; readonly method?: string };
      if (method !== 'subscription') return;
      const data = JSON.stringify({ id, result: { type: 'started' } });
      this.dispatchEvent(new MessageEvent('message', { data }));
      this.close();
    }
    close() {
      this.dispatchEvent(new Event('close'));
    }
  }
  const { api, connect } = transport(Fleeting as unknown as SocketClass);
  const socket = await connect({ isHidden: false });
  socket.subscribe(0, () => {});
  await socket.closed;
  await expect(api.preKeys.status.query()).resolves.toBe('over HTTP');
});
