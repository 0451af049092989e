import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SealError, TenantId, UserId } from '@seal-chat/protocol';
import { connect } from '../src/db/connect.ts';
import { TenantPool } from '../src/db/tenant-pool.ts';
import { createDurableLimits, type DurableLimit } from '../src/limits/durable.ts';
import { createMessageLimits } from '../src/limits/messages.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';

const MINUTE_MS = 60_000;
/** How long each limit counts, ms. */
const WINDOWS: Record<DurableLimit, number> = {
  challenge: MINUTE_MS,
  auth: MINUTE_MS,
  failedAuth: 5 * MINUTE_MS,
  claim: MINUTE_MS,
  claimFrom: MINUTE_MS,
  search: MINUTE_MS,
  deviceList: 1_440 * MINUTE_MS,
  accountKey: 1_440 * MINUTE_MS,
  link: MINUTE_MS,
  attachment: MINUTE_MS,
  channelChange: MINUTE_MS,
  claimKeyPackage: MINUTE_MS,
  claimKeyPackageFrom: MINUTE_MS,
};

const tenantId = randomUUID() as TenantId;
const userId = randomUUID() as UserId;
let database: TestDatabase;
let pool: TenantPool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new TenantPool({ connectionString: database.url, options: '-c role=seal_app', isIsolated: true, max: 2 });
  const sql = connect(database.url, { max: 1 });
  await sql`insert into tenants (id, name) values (${tenantId}, 'Test')`;
  await sql.end();
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function retryAfterMs(call: Promise<unknown>): Promise<number> {
  const error = await call.then(
    () => null,
    (refusal: SealError) => refusal,
  );
  expect(error).toMatchObject({ code: 'RATE_LIMITED' });
  return (error!.details as { retryAfterMs: number }).retryAfterMs;
}

describe('limits in the database', () => {
  test.each(Object.keys(WINDOWS) as DurableLimit[])('%s refuses until its whole window is over', async (limit) => {
    const limits = createDurableLimits(pool);
    await limits.consume(limit, tenantId, 'subject', 1);
    const window = WINDOWS[limit];
    const other = createDurableLimits(pool);
    for (const call of [limits.consume, other.consume, other.check]) {
      const ms = await retryAfterMs(call(limit, tenantId, 'subject', 1));
      expect(ms).toBeGreaterThan(window / 2);
      expect(ms).toBeLessThanOrEqual(window);
    }
    await limits.consume(limit, tenantId, 'another subject', 1);
  });
});

describe('limits of messages', () => {
  test('a process refuses what another process has served, from the first count on that it saved itself', async () => {
    const sql = connect(database.url, { max: 2 });
    const now = 90 * MINUTE_MS;
    const deps = { sql, clock: () => now, onError: () => undefined };
    const [first, second] = [createMessageLimits(deps), createMessageLimits(deps)];
    for (let i = 0; i < 5; i++) first.consume(tenantId, userId, 5);
    expect(() => first.consume(tenantId, userId, 5)).toThrow('RATE_LIMITED');
    await first.flush();
    second.consume(tenantId, userId, 5);
    await second.flush();
    expect(() => second.consume(tenantId, userId, 5)).toThrow('RATE_LIMITED');
    await Promise.all([first.close(), second.close()]);
    await sql.end();
  });

  test('a refusal names the rest of the minute', async () => {
    const sql = connect(database.url, { max: 1 });
    const limits = createMessageLimits({ sql, clock: () => 90 * MINUTE_MS + 15_000, onError: () => undefined });
    const other = randomUUID() as UserId;
    limits.consume(tenantId, other, 1);
    const refused = Promise.resolve().then(() => limits.consume(tenantId, other, 1));
    expect(await retryAfterMs(refused)).toBe(45_000);
    await limits.close();
    await sql.end();
  });
});
