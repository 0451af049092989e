import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { SealError } from '@seal-chat/protocol';
import { openSocket } from './socket.ts';

let server: WebSocketServer;
beforeAll(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
});
afterAll(() => server.close());

it('a socket says who it is at once, and what subscribes after it opened is heard', async () => {
  const said: unknown[] = [];
  const connected = once(server, 'connection').then(([client]) => {
    (client as WebSocket).on('message', (text: Buffer) => said.push(JSON.parse(text.toString())));
  });
  const socket = openSocket({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    params: { appKey: 'pk_test', accessToken: 'token' },
    webSocket: WebSocket,
    onEnd: () => {},
  });
  await connected;
  // The code that subscribes may be on its way for longer than the connection.
  await expect
    .poll(() => said)
    .toEqual([{ method: 'connectionParams', data: { appKey: 'pk_test', accessToken: 'token' } }]);
  socket.subscribe(7, () => {});
  await expect.poll(() => said[1]).toMatchObject({ method: 'subscription', params: { input: { lastEventId: '7' } } });
  socket.close();
});

it('a call over a socket that is gone fails with the reason', async () => {
  const socket = openSocket({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    params: { appKey: 'pk_test', accessToken: 'token' },
    webSocket: WebSocket,
    onEnd: () => {},
  });
  const reason = new SealError('UNAVAILABLE');
  socket.close(reason);
  await expect(socket.call({ path: 'preKeys.status', type: 'query', input: undefined })).rejects.toBe(reason);
});

it('a WebSocket that a proxy holds and never opens is given up', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  class Held {
    send(): void {}
    close(): void {}
    addEventListener(): void {}
  }
  const socket = openSocket({
    url: 'http://127.0.0.1:1',
    params: { appKey: 'pk_test', accessToken: 'token' },
    webSocket: Held,
    onEnd: () => {},
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect((await socket.closed).code).toBe('OFFLINE');
});
