import { expect, test } from 'vitest';
import { openDatabase } from './database.ts';
import { isDatabaseAway } from './away.ts';

test('each client says that the database is away in a way that is recognised, and of a mistake it is not said', async () => {
  const db = openDatabase({ url: 'postgresql://nobody@127.0.0.1:1/nothing', onError: () => undefined });
  const failureOf = (work: PromiseLike<unknown>) => Promise.resolve(work).catch((error: unknown) => error);
  expect(isDatabaseAway(await failureOf(db.sql`select 1`))).toBe(true);
  expect(isDatabaseAway(await failureOf(db.prisma.tenant.findFirst()))).toBe(true);
  expect(isDatabaseAway(await failureOf(db.prisma.$queryRaw`select 1`))).toBe(true);
  expect(isDatabaseAway(await failureOf(db.prisma.$transaction(async (tx) => tx.tenant.count())))).toBe(true);
  expect(isDatabaseAway(await failureOf(db.pool.query('select 1')))).toBe(true);
  expect(isDatabaseAway(new TypeError('x is not a function'))).toBe(false);
  await db.close();
});
