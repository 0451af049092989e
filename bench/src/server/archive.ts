import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';

/** Connection string of the embedded PostgreSQL that keeps its data in `dataDir`. */
export async function databaseUrl(dataDir: string): Promise<string> {
  return (await readFile(join(dataDir, 'database.url'), 'utf8')).trim();
}

/** A database of its own for the bare relay, beside Seal's. @returns its connection string */
export async function createBareDatabase(url: string): Promise<string> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  await sql`create database bare`;
  await sql.end();
  return Object.assign(new URL(url), { pathname: '/bare' }).href;
}

/** @throws Error when the messages stored are not exactly as many as were sent, each one once */
export async function checkArchive(url: string, sent: number): Promise<void> {
  const sql = postgres(url, { max: 1 });
  const [row] = await sql<{ rows: string; messages: string }[]>`
    select count(*) as rows, count(distinct message_id) as messages from messages`;
  await sql.end();
  if (Number(row?.rows) !== sent || Number(row?.messages) !== sent) {
    throw new Error(`${sent} messages were sent, ${row?.rows} rows with ${row?.messages} messages are stored`);
  }
}
