import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres, { type Sql } from 'postgres';
import { databaseUrl } from '../server/archive.ts';
import { launchSeal, withDataDir } from '../server/seal-server.ts';

/** A server under measurement, and its database as the owner of the tables sees it. */
export interface Contender {
  readonly url: string;
  readonly sql: Sql;
}

/** Role that owns a database of its own, and may neither make nor enter the roles of row-level security. */
const PLAIN = 'bench_plain';

/**
 * Runs `use` with two servers on one PostgreSQL: as they are shipped, and with a login for which row-level security cannot
 * be put in force, so that all is done as the owner of the tables.
 */
export function withContenders<T>(use: (held: Contender, free: Contender) => Promise<T>): Promise<T> {
  return withDataDir((dataDir) =>
    withDataDir(async (otherDir) => {
      const held = await launchSeal(dataDir);
      const heldUrl = await databaseUrl(dataDir);
      const plainUrl = await createPlainDatabase(heldUrl, await readFile(join(dataDir, 'postgres.password'), 'utf8'));
      const free = await launchSeal(otherDir, [], { DATABASE_URL: plainUrl });
      const clients = [heldUrl, plainUrl].map((url) => postgres(url, { max: 2, onnotice: () => undefined }));
      try {
        await expectHeld(clients[0]!, clients[1]!);
        return await use({ url: held.url, sql: clients[0]! }, { url: free.url, sql: clients[1]! });
      } catch (error) {
        console.error(held.output(), free.output());
        throw error;
      } finally {
        await Promise.all(clients.map((sql) => sql.end()));
        await free.stop();
        await held.stop();
      }
    }),
  );
}

/** Makes a database for `PLAIN` on the server of `url`, as its superuser, and returns its connection string. */
async function createPlainDatabase(url: string, superuserPassword: string): Promise<string> {
  const admin = new URL(url);
  admin.username = 'seal';
  admin.password = superuserPassword;
  const password = randomBytes(16).toString('hex');
  const sql = postgres(admin.href, { max: 1 });
  await sql.unsafe(`create role ${PLAIN} login password '${password}'`);
  await sql.unsafe(`create database ${PLAIN} owner ${PLAIN}`);
  await sql.end();
  const made = new URL(url);
  made.username = PLAIN;
  made.password = password;
  made.pathname = `/${PLAIN}`;
  return made.href;
}

/** @throws Error unless policies hold the first and not the second */
async function expectHeld(held: Sql, free: Sql): Promise<void> {
  const count = async (sql: Sql) => (await sql`select from pg_policies`).length;
  if ((await count(held)) === 0 || (await count(free)) > 0) throw new Error('isolation: the servers do not differ');
}
