import { initTRPC, TRPCError } from '@trpc/server';
import { SealError } from '@seal-chat/protocol';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Context } from '../src/trpc/context.ts';
import { directCallsOf, type DirectCall } from '../src/trpc/direct.ts';
import { errorShapeOf, sealErrorFrom } from '../src/trpc/errors.ts';
import { createRouter } from '../src/router.ts';
import type { GateOptions } from '../src/trpc/gate.ts';
import type { Meta } from '../src/trpc/init.ts';
import { openGatedSocket } from './support/gated-socket.ts';

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({ isDev: false, errorFormatter: ({ error }) => errorShapeOf(sealErrorFrom(error)) });
const direct = t.procedure.meta({ isDirect: true });
const input = z.strictObject({ how: z.enum(['data', 'void', 'refused', 'defect', 'away']) });

const router = t.router({
  answer: direct.input(input).mutation(async ({ ctx, input: { how } }) => {
    if (how === 'void') return undefined;
    if (how === 'refused') throw new SealError('RATE_LIMITED', undefined, { retryAfterMs: 7 });
    if (how === 'defect') throw new TypeError('a secret of the server');
    if (how === 'away') throw new TRPCError({ code: 'SERVICE_UNAVAILABLE', cause: new SealError('UNAVAILABLE') });
    return { text: 'ü "quoted"', who: ctx.session, list: [1, null, undefined] };
  }),
});

const context = { session: { userId: 'u' } } as unknown as Context;
const call = (id: number, value: unknown) => ({ id, method: 'mutation', params: { path: 'answer', input: value } });
const CALLS = [
  ...['data', 'void', 'refused', 'defect', 'away'].map((how) => ({ how })),
  { how: 'other' },
  { how: 'data', more: 1 },
  null,
  undefined,
].map((value, id) => call(id, value));

test('what is run directly answers as tRPC answers, byte by byte, and tells of the same failures', async () => {
  const [byTrpc, byGate] = await Promise.all(
    [new Map(), directCallsOf(router)].map(async (calls) => {
      const answered: unknown[] = [];
      const onError = vi.fn<GateOptions['onError']>();
      const onAnswer = (path: string, code: string | null): void => void answered.push([path, code]);
      const { say, hear } = await openGatedSocket(router, context, { direct: calls, onAnswer, onError });
      // One after the other: answers come in the order in which they are ready.
      for (const [i, one] of CALLS.entries()) {
        say(one);
        await hear(i + 1);
      }
      return { heard: await hear(CALLS.length), answered, failures: onError.mock.calls.length };
    }),
  );
  expect(byGate!.heard).toEqual(byTrpc!.heard);
  expect(byGate!.heard.join()).not.toContain('secret');
  expect(byGate!.answered).toEqual(byTrpc!.answered);
  // tRPC tells of its own through `onError` of its handler.
  expect([byGate!.failures, byTrpc!.failures]).toEqual([7, 0]);
});

test('a stranger is answered by tRPC', async () => {
  const run = vi.fn<DirectCall>();
  const calls = new Map([['answer', run]]);
  const { say, hear } = await openGatedSocket(router, { session: null } as Context, { direct: calls });
  say(call(1, { how: 'void' }));
  expect(await hear(1)).toEqual(['{"id":1,"result":{"type":"data"}}']);
  expect(run).not.toHaveBeenCalled();
});

test('the procedures that are called most are run directly, and one with a middleware is not taken for one', () => {
  // What the procedures do is not looked at.
  const whole = createRouter(new Proxy({}, { get: () => ({}) }) as Parameters<typeof createRouter>[0]);
  expect([...directCallsOf(whole).keys()].toSorted()).toEqual(['channels.send', 'messages.send', 'sync.ack']);
  const guarded = t.router({
    answer: direct
      .use(({ next }) => next())
      .input(input)
      .mutation(() => null),
  });
  expect(() => directCallsOf(guarded)).toThrow('cannot be called directly');
});
