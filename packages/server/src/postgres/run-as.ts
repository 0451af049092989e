import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '../start-error.ts';

const run = promisify(execFile);

/** The system user that PostgreSQL runs as when the server itself runs as root; made when it is missing. */
const SYSTEM_USER = 'postgres';

/** Whom PostgreSQL runs as, and what to put in front of its command line. */
export interface RunAs {
  /** Owner of its files; null when it is the current user. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  /** Options for `spawn`. */
  readonly identity: { readonly uid?: number; readonly gid?: number };
  /** Command and arguments to put before PostgreSQL's. */
  readonly prefix: readonly string[];
}

/**
 * PostgreSQL refuses to run as root. As root it is started as the system user `postgres`; and where that user cannot
 * reach `paths` (a clone below /root, which is closed to others) with the one capability to pass through directories,
 * handed on by `setpriv`. Nothing is made more permissive for that.
 *
 * @throws StartError when neither works.
 */
export async function chooseUser(paths: readonly string[]): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { owner: null, identity: {}, prefix: [] };
  const owner = await systemUser();
  for (const path of paths) {
    const blocked = await firstUnreachable(path, owner);
    if (blocked !== null) return { owner, identity: {}, prefix: await passThrough(owner, path, blocked) };
  }
  return { owner, identity: owner, prefix: [] };
}

async function systemUser(): Promise<{ uid: number; gid: number }> {
  const known = await lookUp();
  if (known !== null) return known;
  try {
    await run('groupadd', ['--system', SYSTEM_USER]).catch(() => undefined);
    await run('useradd', ['--system', '--gid', SYSTEM_USER, '--no-create-home', '--shell', '/bin/false', SYSTEM_USER]);
  } catch (error) {
    throw new StartError(
      `PostgreSQL does not run as root and the user "${SYSTEM_USER}" cannot be created: run as another user, or set DATABASE_URL.`,
      { cause: error },
    );
  }
  const made = await lookUp();
  if (made === null) throw new StartError(`The user "${SYSTEM_USER}" was created but cannot be found.`);
  return made;
}

async function lookUp(): Promise<{ uid: number; gid: number } | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', SYSTEM_USER]), run('id', ['-g', SYSTEM_USER])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null;
  }
}

/** The outermost directory on the way to `path` that `user` may not pass; null when there is none. */
async function firstUnreachable(path: string, user: { uid: number; gid: number }): Promise<string | null> {
  const ancestors: string[] = [];
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    ancestors.unshift(directory);
    if (directory === dirname(directory)) break;
  }
  for (const directory of ancestors) {
    const { mode, uid, gid } = await stat(directory);
    const searchable = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & searchable) === 0) return directory;
  }
  return null;
}

async function passThrough(
  owner: { uid: number; gid: number },
  path: string,
  blocked: string,
): Promise<readonly string[]> {
  const capability = await searchCapability();
  const setpriv = await run('setpriv', ['--version']).then(
    () => true,
    () => false,
  );
  if (capability === null || !setpriv) {
    throw new StartError(
      `PostgreSQL runs as user "${SYSTEM_USER}", who cannot reach ${path} because ${blocked} is closed: move it (DATA_DIR) or open ${blocked}.`,
    );
  }
  const set = `-all,+${capability}`;
  return [
    'setpriv',
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    '--clear-groups',
    // access(2) ignores capabilities of users other than root unless told not to (capabilities(7)); PostgreSQL asks it.
    '--securebits=+no_setuid_fixup',
    `--inh-caps=${set}`,
    `--ambient-caps=${set}`,
    '--',
  ];
}

/** The weakest capability this process holds that lets another user pass closed directories (capabilities(7)). */
async function searchCapability(): Promise<'dac_read_search' | 'dac_override' | null> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const held = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  if (held & (1n << 2n)) return 'dac_read_search';
  return held & (1n << 1n) ? 'dac_override' : null;
}
