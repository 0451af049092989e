import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { vi } from 'vitest';
import type { Haystack } from './search.ts';
import type { SealServer } from './server.ts';
import { patient } from '../../scripts/lib/patience.mjs';

/** Runs `work` on the server's own database; waits for it should it be recovering. */
export async function onDatabase<T>(server: SealServer, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = await vi.waitFor(() => connect(server), { timeout: patient(20_000), interval: 50 });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function connect(server: SealServer): Promise<postgres.Sql> {
  const sql = postgres(await server.databaseUrl(), { max: 1, onnotice: () => undefined });
  try {
    await sql`select 1`;
    return sql;
  } catch (error) {
    await sql.end({ timeout: 0 });
    throw error;
  }
}

/**
 * All the database holds: every table's rows as text, every `bytea` value in them as bytes, and every
 * file of the data directory as it is on disk, with rows that were deleted and the write-ahead log.
 */
export async function dumpDatabase(server: SealServer): Promise<readonly Haystack[]> {
  const rows = await onDatabase(server, async (sql) => {
    const tables = await sql<{ schema: string; name: string }[]>`
      select table_schema as schema, table_name as name from information_schema.tables
      where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`;
    const dumps: Haystack[] = [];
    for (const { schema, name } of tables) dumps.push(...(await dumpTable(sql, schema, name)));
    await sql`checkpoint`;
    return dumps;
  });
  return [...rows, ...(await readFiles(server.dataDir))];
}

async function dumpTable(sql: postgres.Sql, schema: string, name: string): Promise<readonly Haystack[]> {
  const rows = await sql<{ row: string }[]>`select t::text as row from ${sql(schema)}.${sql(name)} t`;
  const text = Buffer.from(rows.map(({ row }) => row).join('\n'));
  const binary = [...text.toString('latin1').matchAll(/\\\\x([0-9a-f]+)/gu)].map((match) =>
    Buffer.from(match[1]!, 'hex'),
  );
  return [
    { name: `table ${schema}.${name}`, bytes: text },
    { name: `bytea values of table ${schema}.${name}`, bytes: Buffer.concat(binary) },
  ];
}

/** Every file below `directory`. One that PostgreSQL deletes meanwhile is left out. */
async function readFiles(directory: string): Promise<readonly Haystack[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = await Promise.all(
    files.map(async (path) => ({
      name: `file ${path.slice(directory.length + 1)}`,
      bytes: await readFile(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return Buffer.alloc(0);
        throw error;
      }),
    })),
  );
  return read;
}
