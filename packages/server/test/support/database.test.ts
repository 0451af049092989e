import postgres from 'postgres';
import { expect, test } from 'vitest';
import { createTestDatabase } from './database.ts';

test('a test database is its own, and gone after drop', async () => {
  const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  const sql = postgres(one.url);
  await sql`create table only_here (id int)`;
  const other = postgres(two.url);
  expect((await other`select to_regclass('only_here') is null as missing`)[0]).toEqual({ missing: true });
  await Promise.all([sql.end(), other.end()]);
  await Promise.all([one.drop(), two.drop()]);
  const gone = postgres(one.url);
  await expect(gone`select 1`).rejects.toThrow(/does not exist/);
  await gone.end();
});
