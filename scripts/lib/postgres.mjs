import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { succeeds } from './run.mjs';

/** What backups take that the embedded PostgreSQL does not bring. */
const PROGRAMS = ['initdb', 'postgres', 'pg_dump', 'pg_restore'];
const DEBIAN = '/usr/lib/postgresql';

/**
 * Folder of an installed PostgreSQL with a server and `pg_dump`, the newest first; null when there is none. `POSTGRES_BIN`
 * in the environment comes first.
 */
export function findPostgres() {
  const own = process.env.POSTGRES_BIN;
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...(own ? [own] : []),
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return folders.find((folder) => PROGRAMS.every((name) => succeeds(join(folder, name), '--version'))) ?? null;
}
