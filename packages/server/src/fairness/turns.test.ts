import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

const here = () => false;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Turns whose holders are known by name, in the order in which they had theirs. */
function named(limits: Parameters<typeof createTurns>[0]) {
  const turns = createTurns(limits);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const refused: { name: string; code: string; retryAfterMs: number | undefined }[] = [];
  const take = (tenant: string, name: string, isGone = here, person = 'a person') =>
    void turns.take(tenant, person, isGone).then(
      (end) => {
        begun.push(name);
        ends.set(name, end);
      },
      ({ code, details }: { code: string; details: { retryAfterMs?: number } }) =>
        refused.push({ name, code, retryAfterMs: details.retryAfterMs }),
    );
  return { turns, begun, ends, refused, take };
}

test('behind a thousand calls of one tenant, another’s begin at once or with the next that ends', async () => {
  const { begun, ends, take } = named({
    atOnce: 4,
    perTenant: 3,
    perPerson: 3,
    waiting: 5_000,
    waitingPerTenant: 2_000,
  });
  for (let i = 0; i < 1_000; i++) take('loud', `loud ${i}`);
  take('quiet', 'quiet 0');
  await settled();
  expect(begun).toEqual(['loud 0', 'loud 1', 'loud 2', 'quiet 0']);
  take('quiet', 'quiet 1');
  take('other', 'other 0');
  await settled();
  expect(begun).toHaveLength(4);
  ends.get('loud 0')!();
  ends.get('loud 1')!();
  ends.get('quiet 0')!();
  await settled();
  expect(new Set(begun.slice(4))).toEqual(new Set(['quiet 1', 'other 0', 'loud 3']));
});

test('two tenants that both have much waiting have equally many turns', async () => {
  const { begun, ends, take } = named({ atOnce: 1, perTenant: 1, perPerson: 1, waiting: 500, waitingPerTenant: 200 });
  for (let i = 0; i < 100; i++) take('a', `a${i}`);
  for (let i = 0; i < 100; i++) take('b', `b${i}`);
  for (let i = 0; i < 100; i++) {
    await settled();
    ends.get(begun.at(-1)!)!();
  }
  expect(begun.slice(0, 100).filter((name) => name.startsWith('b')).length).toBeGreaterThanOrEqual(49);
});

test('calls of those who have gone are never begun', async () => {
  const { begun, ends, refused, take } = named({
    atOnce: 1,
    perTenant: 1,
    perPerson: 1,
    waiting: 500,
    waitingPerTenant: 500,
  });
  take('a', 'first');
  for (let i = 0; i < 100; i++) take('a', `gone ${i}`, () => true);
  take('a', 'last');
  await settled();
  ends.get('first')!();
  await settled();
  expect(begun).toEqual(['first', 'last']);
  expect(refused).toHaveLength(100);
});

test('too much that waits is refused with a time to come again, of one tenant before the others', async () => {
  const { turns, refused, take } = named({ atOnce: 1, perTenant: 1, perPerson: 1, waiting: 6, waitingPerTenant: 4 });
  for (let i = 0; i < 10; i++) take('a', `a${i}`);
  take('b', 'b0');
  await settled();
  expect(refused.map(({ name }) => name)).toEqual(['a5', 'a6', 'a7', 'a8', 'a9']);
  expect(refused.every(({ code, retryAfterMs }) => code === 'UNAVAILABLE' && retryAfterMs! >= 250)).toBe(true);
  expect(turns.waiting()).toBe(5);
  take('b', 'b1');
  take('c', 'c0');
  await settled();
  expect(refused.at(-1)!.name).toBe('c0');
});

test('one person of a tenant has few calls at once, and the others have theirs', async () => {
  const { begun, ends, take } = named({ atOnce: 9, perTenant: 3, perPerson: 2, waiting: 500, waitingPerTenant: 200 });
  for (let i = 0; i < 100; i++) take('a', `loud ${i}`, here, 'loud');
  take('a', 'quiet 0', here, 'quiet');
  take('a', 'quiet 1', here, 'quiet');
  take('a', 'quiet 2', here, 'quiet');
  await settled();
  expect(begun).toEqual(['loud 0', 'loud 1', 'quiet 0']);
  for (const name of ['loud 0', 'quiet 0']) ends.get(name)!();
  await settled();
  expect(new Set(begun.slice(3))).toEqual(new Set(['quiet 1', 'loud 2']));
});

test('nothing is left of people and tenants whose calls are over', async () => {
  const { turns, ends, begun, take } = named({
    atOnce: 2,
    perTenant: 2,
    perPerson: 1,
    waiting: 9,
    waitingPerTenant: 9,
  });
  for (let i = 0; i < 6; i++) take('a', `${i}`, here, `person ${i % 3}`);
  await settled();
  while (ends.size < 6) {
    ends.get(begun.at(-1)!)!();
    ends.get(begun.at(-2)!)!();
    await settled();
  }
  expect(begun).toHaveLength(6);
  expect(turns.waiting()).toBe(0);
});

test('a person with a call under way and none that waits is passed over', async () => {
  const { begun, ends, take } = named({ atOnce: 9, perTenant: 2, perPerson: 2, waiting: 9, waitingPerTenant: 9 });
  take('a', 'first', here, 'one');
  take('a', 'second', here, 'two');
  take('b', 'other', here, 'three');
  await settled();
  ends.get('other')!();
  take('a', 'third', here, 'two');
  ends.get('second')!();
  await settled();
  expect(begun).toEqual(['first', 'second', 'other', 'third']);
});
