import { once } from 'node:events';
import { initTRPC, tracked } from '@trpc/server';
import { expect, test } from 'vitest';
import type { Line } from '../src/sessions/session.ts';
import { openGatedSocket } from './support/gated-socket.ts';

interface Batch {
  readonly text: string;
}

/** A client whose subscription yields `first`, and the line that comes of it. */
async function subscribed(first: Batch, subscription: string | number) {
  let take: (line: Line) => void;
  const line = new Promise<Line>((resolve) => (take = resolve));
  const t = initTRPC.create();
  const router = t.router({
    follow: t.procedure.subscription(async function* ({ signal }) {
      socket.gate.onSent(first, take);
      yield tracked('7', first);
      await once(signal!, 'abort');
    }),
  });
  const socket = await openGatedSocket(router, null);
  socket.say({ id: subscription, method: 'subscription', params: { path: 'follow' } });
  return { ...socket, line: await line };
}

const bytes = (batch: Batch): Buffer => Buffer.from(JSON.stringify(batch));

test.each([1, 'one "ü" 𝄞'])('what a line sends is what tRPC sends of the same data, subscription %s', async (id) => {
  const batch = { text: 'grüße 👋 "quoted"' };
  const { hear, line } = await subscribed(batch, id);
  line.send('7', bytes(batch));
  const [started, byTrpc, byLine] = await hear(3);
  expect(JSON.parse(started!)).toEqual({ id, result: { type: 'started' } });
  expect(JSON.parse(byTrpc!)).toEqual({ id, result: { type: 'data', id: '7', data: { id: '7', data: batch } } });
  expect(byLine).toBe(byTrpc);
});

test('a line sends data of any length, each under its own id', async () => {
  const { hear, line } = await subscribed({ text: '' }, 1);
  const overhead = '{"id":1,"result":{"type":"data","id":"0","data":{"id":"0","data":{"text":""}}}}'.length;
  const lengths = [125, 126, 127, 65_535, 65_536, 200_000].map((length) => length - overhead);
  const batches = lengths.map((length) => ({ text: 'x'.repeat(length) }));
  for (const [i, batch] of batches.entries()) line.send(String(i), bytes(batch));
  // The same data at another place of the reader.
  const again = bytes(batches[0]!);
  line.send('8', again);
  line.send('9', again);
  const heard = (await hear(2 + batches.length + 2)).slice(2).map((text) => JSON.parse(text) as { result: object });
  expect(heard.map(({ result }) => result)).toEqual(
    [...batches.entries(), [8, batches[0]!] as const, [9, batches[0]!] as const].map(([i, data]) => ({
      type: 'data',
      id: String(i),
      data: { id: String(i), data },
    })),
  );
});

test('a line ends with its subscription', async () => {
  const { say, hear, line } = await subscribed({ text: 'first' }, 1);
  say({ id: 1, method: 'subscription.stop' });
  expect(JSON.parse((await hear(3))[2]!)).toEqual({ id: 1, result: { type: 'stopped' } });
  line.send('8', bytes({ text: 'too late' }));
  say('PING');
  expect((await hear(4))[3]).toBe('PONG');
});
