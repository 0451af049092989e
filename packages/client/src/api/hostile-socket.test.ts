import { expect, it, vi } from 'vitest';
import { openSocket, type Socket } from './socket.ts';

type Listener = (event: { readonly data: unknown }) => void;

/** A socket whose server is the test: `say` is a frame of it, and throws what a listener throws, which ends a bot. */
function withServer(): { readonly socket: Socket; say(frame: string): void } {
  const listeners: (readonly [type: string, listener: Listener])[] = [];
  const tell = (type: string, data?: string): void => {
    for (const [of, listener] of listeners) if (of === type) listener({ data });
  };
  class Wire {
    addEventListener(type: string, listener: Listener): void {
      listeners.push([type, listener]);
    }
    send(): void {}
    close(): void {
      tell('close');
    }
  }
  const socket = openSocket({
    url: 'http://127.0.0.1',
    params: { appKey: 'pk_test', accessToken: 'token' },
    webSocket: Wire,
    onEnd: () => {},
  });
  tell('open');
  return { socket, say: (frame) => tell('message', frame) };
}

const FRAMES = [
  'null',
  '5',
  '"text"',
  '[]',
  '[null]',
  '{}',
  '{"id":null,"result":null}',
  '{"id":1,"result":null}',
  '{"id":1,"error":null}',
  '{"id":1,"error":{"data":null}}',
  '{"id":1,"error":{"data":{"seal":{"code":"NOT_FOUND","details":null}}}}',
  '{"id":2,"result":{"type":"data"}}',
  '{"id":2,"result":{"type":"data","data":null}}',
  '{"id":2,"result":{"type":"data","data":{"id":"1","data":null}}}',
  '{"id":"__proto__","result":{"type":"data","data":{}}}',
  '{"__proto__":{"id":1},"id":77}',
  '{"id":null,"error":{"data":{"seal":{"code":"SESSION_EXPIRED","details":null}}}}',
  '{"id":nul',
];

it.each(FRAMES)('a frame that is no message is never an exception nobody catches: %s', async (frame) => {
  const { socket, say } = withServer();
  const call = socket.call({ path: 'preKeys.status', type: 'query', input: {} }).catch((error: unknown) => error);
  const batches: unknown[] = [];
  socket.subscribe(0, (batch) => batches.push(batch));
  await Promise.resolve();
  expect(() => say(frame)).not.toThrow();
  for (const batch of batches) expect(batch).toMatchObject({ events: [] });
  socket.close();
  await call;
});

it('an answer that comes twice, or for a call that nobody made, changes nothing', async () => {
  const { socket, say } = withServer();
  const call = socket.call({ path: 'preKeys.status', type: 'query', input: {} });
  say('{"id":9,"result":{"type":"data","data":"of nobody"}}');
  say('{"id":1,"result":{"type":"data","data":"first"}}');
  say('{"id":1,"result":{"type":"data","data":"second"}}');
  say('{"id":1,"error":{"data":{"seal":{"code":"FORBIDDEN","details":{}}}}}');
  await expect(call).resolves.toBe('first');
  socket.close();
});

it('a call that the server does not answer is given up, while it goes on sending other things', async () => {
  vi.useFakeTimers();
  try {
    const { socket, say } = withServer();
    const call = socket.call({ path: 'messages.history', type: 'query', input: {} });
    const failed = call.catch((error: unknown) => error);
    for (let second = 0; second < 31; second++) {
      say('PONG');
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(await failed).toMatchObject({ code: 'UNAVAILABLE', isRetryable: true });
    socket.close();
  } finally {
    vi.useRealTimers();
  }
});

const MEGA = 2 ** 20;
/** A frame with events, as long as told. */
const frameOf = (length: number): string =>
  `{"id":1,"result":{"type":"data","data":{"id":"1","data":{"events":["${'x'.repeat(length - 70)}"]}}}}`;

it('a frame that is too long is not parsed, and ends the connection with a code', async () => {
  const { socket, say } = withServer();
  socket.subscribe(0, () => {});
  await Promise.resolve();
  const parse = vi.spyOn(JSON, 'parse');
  try {
    say(frameOf(17 * MEGA));
    expect(parse).not.toHaveBeenCalled();
    expect(await socket.closed).toMatchObject({ code: 'MALFORMED' });
    // A server that does not close sends on.
    say(frameOf(100));
    expect(parse).not.toHaveBeenCalled();
  } finally {
    parse.mockRestore();
  }
});

it('batches that come faster than they are worked off end the connection; those that are worked off never do', async () => {
  const { socket, say } = withServer();
  let taken = 0;
  let isBusy = false;
  socket.subscribe(0, () => {
    taken++;
    return isBusy ? new Promise(() => {}) : Promise.resolve();
  });
  await Promise.resolve();
  const frame = frameOf(MEGA);
  for (let i = 0; i < 40; i++) {
    say(frame);
    await new Promise((resolve) => setTimeout(resolve));
  }
  expect(taken).toBe(40);
  isBusy = true;
  for (let i = 0; i < 40; i++) say(frame);
  expect(await socket.closed).toMatchObject({ code: 'MALFORMED' });
  expect(taken).toBeLessThanOrEqual(40 + 16);
});
