import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLines } from './lines.ts';

interface Item {
  readonly tenant: string;
  readonly topic: string;
  readonly n: number;
}

const lines = (room = { total: 20_000, perTenant: 5_000 }) =>
  createLines<Item>({ tenantOf: ({ tenant }) => tenant, topicOf: ({ tenant, topic }) => tenant + topic, room });
const item = (tenant: string, n: number, topic = String(n)): Item => ({ tenant, topic, n });

test('behind thousands of one tenant, what another has is in the next batch', () => {
  const waiting = lines();
  for (let n = 0; n < 4_000; n++) waiting.add(item('loud', n));
  for (let n = 0; n < 20; n++) waiting.add(item('quiet', n));
  const batch = waiting.take(500);
  expect(batch).toHaveLength(500);
  expect(batch.filter(({ tenant }) => tenant === 'quiet')).toHaveLength(20);
});

test('of a conversation that is written to much, a batch has few, and other conversations of the tenant pass it', () => {
  const waiting = lines();
  for (let n = 0; n < 1_000; n++) waiting.add(item('a', n, 'hot'));
  waiting.add(item('a', 1_000, 'other'));
  const batch = waiting.take(500);
  expect(batch.filter(({ topic }) => topic === 'hot').map(({ n }) => n)).toEqual(
    Array.from({ length: 100 }, (_, n) => n),
  );
  expect(batch.at(-1)).toMatchObject({ topic: 'other' });
});

test('a tenant has so much room, and all together have so much', () => {
  const waiting = lines({ total: 6, perTenant: 4 });
  const added = (tenant: string, count: number) =>
    Array.from({ length: count }, (_, n) => waiting.add(item(tenant, n))).filter(Boolean).length;
  expect([added('a', 9), added('b', 9), added('c', 1)]).toEqual([4, 2, 0]);
  waiting.take(3);
  expect(added('c', 1)).toBe(1);
});

test('everything is taken once, each topic in order, and no tenant waits for more batches than there are tenants', () => {
  const arrivals = fc.array(fc.record({ tenant: fc.constantFrom('a', 'b', 'c'), topic: fc.constantFrom('x', 'y') }), {
    maxLength: 400,
  });
  fc.assert(
    fc.property(arrivals, fc.integer({ min: 1, max: 60 }), (items, most) => {
      const waiting = lines();
      const all = items.map((one, n) => ({ ...one, n }));
      for (const one of all) waiting.add(one);
      const taken: Item[] = [];
      while (waiting.size() > 0) {
        const batch = waiting.take(most);
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(most);
        taken.push(...batch);
      }
      expect(taken.toSorted((a, b) => a.n - b.n)).toEqual(all);
      for (const tenant of ['a', 'b', 'c']) {
        for (const topic of ['x', 'y']) {
          const own = taken.filter((one) => one.tenant === tenant && one.topic === topic).map(({ n }) => n);
          expect(own).toEqual(own.toSorted((a, b) => a - b));
        }
      }
    }),
  );
});
