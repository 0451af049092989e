import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chown, constants, mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError, systemCode } from '../start-error.ts';
import type { PostgresBinaries } from './binaries.ts';
import type { RunAs } from './run-as.ts';

/** Superuser and database of an embedded PostgreSQL. */
export const EMBEDDED_NAME = 'seal';

/** The major version of the binaries; a data directory of another one cannot be opened by them. */
const MAJOR_VERSION = '18';

/**
 * Makes `directory` and returns its real path.
 *
 * @throws StartError when it cannot be made or written to.
 */
export async function ensureDirectory(directory: string): Promise<string> {
  try {
    // As root, PostgreSQL's own user has to pass through.
    await mkdir(directory, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    await access(directory, constants.W_OK | constants.X_OK);
    return await realpath(directory);
  } catch (error) {
    throw new StartError(`DATA_DIR ${directory} is not a directory that can be written to (${systemCode(error)}).`, {
      cause: error,
    });
  }
}

/** A role's password, kept in `name` below `dataDir` and readable by the server's own user only. Made at the first start. */
export async function readPassword(dataDir: string, name: string): Promise<string> {
  const path = join(dataDir, name);
  const known = await readFile(path, 'utf8').catch(() => '');
  if (known !== '') return known;
  const password = randomBytes(24).toString('base64url');
  await writeFile(path, password, { mode: 0o600 });
  return password;
}

/**
 * Initialises `directory` unless that has been done. Built beside it and renamed, so that a start cut short leaves no
 * half-made database. Text is compared by PostgreSQL's own C.UTF-8 rules, the same on every system.
 *
 * @throws StartError when it is of another major version or cannot be initialised.
 */
export async function ensureInitialised(
  binaries: PostgresBinaries,
  user: RunAs,
  directory: string,
  options: { password: string; isDurable: boolean },
): Promise<void> {
  const version = await readFile(join(directory, 'PG_VERSION'), 'utf8').catch(() => null);
  if (version !== null) {
    if (version.trim() === MAJOR_VERSION) return;
    throw new StartError(
      `${directory} was made by PostgreSQL ${version.trim()}, this is ${MAJOR_VERSION}: see "Upgrade" in docs/OPERATIONS.md.`,
    );
  }
  const draft = `${directory}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  // initdb reads the password from a file of its own user.
  const secret = await mkdtemp(join(tmpdir(), 'seal-'));
  try {
    await writeFile(join(secret, 'password'), options.password, { mode: 0o600 });
    if (user.owner !== null) {
      for (const path of [draft, secret, join(secret, 'password')]) await chown(path, user.owner.uid, user.owner.gid);
    }
    await runInitdb(
      [
        ...user.prefix,
        binaries.initdb,
        `--pgdata=${draft}`,
        `--username=${EMBEDDED_NAME}`,
        `--pwfile=${join(secret, 'password')}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        ...(options.isDurable ? [] : ['--no-sync']),
      ],
      user,
    );
  } finally {
    await rm(secret, { recursive: true, force: true });
  }
  await rename(draft, directory);
}

async function runInitdb(command: readonly string[], user: RunAs): Promise<void> {
  const child = spawn(command[0]!, command.slice(1), {
    ...user.identity,
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: '/',
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (code === 0) return;
  const line = complaint.split('\n').find((text) => text.includes('error')) ?? complaint.split('\n')[0] ?? '';
  throw new StartError(`The embedded PostgreSQL could not be set up: ${line.trim()}`);
}
