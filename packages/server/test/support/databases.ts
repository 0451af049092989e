import type { Sql } from 'postgres';
import { connect } from '../../src/db/connect.ts';

/** Runs statements on the maintenance database of the server at `url`. */
export async function administer(url: string, work: (sql: Sql) => Promise<unknown>): Promise<void> {
  const admin = new URL(url);
  admin.pathname = '/postgres';
  const sql = connect(admin.href, { max: 1 });
  try {
    await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Makes an empty database, or a copy of `template`, on the server of `url` and returns its connection string. */
export async function createDatabase(url: string, name: string, template = 'template0'): Promise<string> {
  await administer(url, (sql) => sql`create database ${sql(name)} template ${sql(template)}`);
  const made = new URL(url);
  made.pathname = `/${name}`;
  return made.href;
}
