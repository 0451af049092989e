import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFlusher } from './flusher.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a flusher', () => {
  test('a flusher answers each item with its own result, in batches within the bounds, few at a time', async () => {
    const arrivals = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 12 });
    const bounds = fc.record({
      maxBatch: fc.integer({ min: 1, max: 10 }),
      maxInFlight: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(arrivals, bounds, async (counts, { maxBatch, maxInFlight }) => {
        const order: number[] = [];
        let inFlight = 0;
        const flusher = createFlusher<number, string>({
          maxBatch,
          maxInFlight,
          lines: { tenantOf: () => '', topicOf: String, room: { total: 1_000, perTenant: 1_000 } },
          delayMs: 0,
          async write(items) {
            inFlight++;
            expect(inFlight).toBeLessThanOrEqual(maxInFlight);
            expect(items.length).toBeGreaterThan(0);
            expect(items.length).toBeLessThanOrEqual(maxBatch);
            order.push(...items);
            await turn();
            inFlight--;
            if (items.includes(13)) throw new Error('thirteen');
            return items.map(String);
          },
        });
        const results: Promise<string | Error>[] = [];
        let next = 0;
        for (const count of counts) {
          for (let i = 0; i < count; i++) {
            results.push(flusher.add(next++).catch((error: Error) => error));
          }
          await turn();
        }
        await flusher.drain();
        expect(order).toEqual(Array.from({ length: next }, (_, i) => i));
        for (const [i, result] of (await Promise.all(results)).entries()) {
          if (result instanceof Error) expect(result.message).toBe('thirteen');
          else expect(result).toBe(String(i));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('what has no room is refused with a time to come again, and the rest is written', async () => {
    const flusher = createFlusher<number, number>({
      maxBatch: 5,
      maxInFlight: 1,
      lines: { tenantOf: () => '', topicOf: String, room: { total: 10, perTenant: 3 } },
      delayMs: 0,
      write: async (items) => items,
    });
    const results = await Promise.allSettled([1, 2, 3, 4].map((item) => flusher.add(item)));
    expect(results.slice(0, 3).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    expect(results[3]).toMatchObject({
      reason: { code: 'UNAVAILABLE', details: { retryAfterMs: expect.any(Number) as number } },
    });
  });

  test('what belongs to a batch on its way waits for it, and the rest does not', async () => {
    const ends: (() => void)[] = [];
    const batches: string[][] = [];
    const flusher = createFlusher<string, string>({
      maxBatch: 5,
      maxInFlight: 2,
      lines: { tenantOf: () => '', topicOf: (item) => item[0]!, room: { total: 10, perTenant: 10 } },
      delayMs: 0,
      async write(items) {
        batches.push([...items]);
        await new Promise<void>((resolve) => ends.push(resolve));
        return items;
      },
    });
    const results = ['a1', 'a2'].map((item) => flusher.add(item));
    await turn();
    results.push(...['a3', 'b1', 'a4'].map((item) => flusher.add(item)));
    await turn();
    expect(batches).toEqual([['a1', 'a2'], ['b1']]);
    for (const end of ends.splice(0)) end();
    await expect.poll(() => batches).toEqual([['a1', 'a2'], ['b1'], ['a3', 'a4']]);
    ends[0]!();
    expect(await Promise.all(results)).toEqual(['a1', 'a2', 'a3', 'b1', 'a4']);
  });
});
