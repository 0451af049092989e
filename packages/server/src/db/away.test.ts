import type { TenantId } from '@seal-chat/protocol';
import { expect, test } from 'vitest';
import { openDatabase } from './database.ts';
import { isDatabaseAway } from './away.ts';

test('each client says that the database is away in a way that is recognised, and of a mistake it is not said', async () => {
  const db = openDatabase({
    url: 'postgresql://nobody@127.0.0.1:1/nothing',
    isIsolated: true,
    onError: () => undefined,
  });
  const tenantId = '00000000-0000-4000-8000-000000000001' as TenantId;
  const prisma = db.prisma.of(tenantId);
  const failureOf = (work: PromiseLike<unknown>) => Promise.resolve(work).catch((error: unknown) => error);
  expect(isDatabaseAway(await failureOf(db.sql.of(tenantId)`select 1`))).toBe(true);
  expect(isDatabaseAway(await failureOf(prisma.tenant.findFirst()))).toBe(true);
  expect(isDatabaseAway(await failureOf(prisma.$queryRaw`select 1`))).toBe(true);
  expect(isDatabaseAway(await failureOf(prisma.$transaction(async (tx) => tx.tenant.count())))).toBe(true);
  expect(isDatabaseAway(await failureOf(db.pool.within(tenantId, () => db.pool.query('select 1'))))).toBe(true);
  expect(isDatabaseAway(new TypeError('x is not a function'))).toBe(false);
  await db.close();
});
