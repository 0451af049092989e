import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One migration: its directory's name, and the content of its `migration.sql`. */
export interface MigrationScript {
  readonly name: string;
  readonly text: string;
}

/** Reads `<directory>/<name>/migration.sql` of every migration, in order of their names; none when it does not exist. */
export async function readScripts(directory: string): Promise<readonly MigrationScript[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names
      .toSorted()
      .map(async (name) => ({ name, text: await readFile(join(directory, name, 'migration.sql'), 'utf8') })),
  );
}

/** The checksum that Prisma keeps of a migration: SHA-256 of the file, in hex. */
export function checksumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Whether a migration is the one with that checksum. As for Prisma, line endings do not count: a checkout may turn them. */
export function isUnchanged(text: string, checksum: string): boolean {
  const unix = text.replaceAll('\r\n', '\n');
  return [text, unix, unix.replaceAll('\n', '\r\n')].some((form) => checksumOf(form) === checksum);
}
