import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** The migration that a later version has and this one does not: one that adds, as all that upgrade without a stop. */
export const LATER_MIGRATION = '9999_later';

/**
 * Puts a copy of this build into `directory`, with one more migration, `sql`.
 *
 * @returns its program
 */
export async function makeNextVersion(directory: string, sql: string): Promise<string> {
  const server = join(directory, 'packages/server');
  await cp(join(ROOT, 'packages/server/dist'), join(server, 'dist'), { recursive: true });
  await cp(join(ROOT, 'packages/server/package.json'), join(server, 'package.json'));
  await cp(join(ROOT, 'prisma/migrations'), join(directory, 'prisma/migrations'), { recursive: true });
  const added = join(directory, 'prisma/migrations', LATER_MIGRATION);
  await mkdir(added);
  await writeFile(join(added, 'migration.sql'), sql);
  for (const path of ['node_modules', 'packages/server/node_modules', 'packages/widget/dist']) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await symlink(join(ROOT, path), join(directory, path));
  }
  return join(server, 'dist/main.js');
}
