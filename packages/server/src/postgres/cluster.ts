import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { locateBinaries } from './binaries.ts';
import { EMBEDDED_NAME, ensureDirectory, ensureInitialised, readPassword } from './data-directory.ts';
import { keepRunning } from './keep-running.ts';
import { launch, type LaunchOptions, type ServerProcess } from './launch.ts';
import { stopLeftover } from './leftover.ts';
import { claimDirectory } from './owner-lock.ts';
import { ensureLoginRole, LOGIN_ROLE } from './login-role.ts';
import { chooseUser } from './run-as.ts';

/** A PostgreSQL server of our own, in a process of its own. */
export interface EmbeddedPostgres {
  /** Connection string of the database `seal` for the role that owns it; holds the password. The same until `stop`. */
  readonly url: string;
  /** Says that `stop` comes soon: another start on the same directory waits for it. */
  announceStop(): Promise<void>;
  /** Ends it cleanly, within 40 s; the data stay. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Everything is kept below it: `postgres/` (the data), `postgres.password`, `database.password`, `postgres.log`, `database.url`. */
  readonly dataDir: string;
  /** Server settings beside the standard ones, such as `fsync: 'off'` in tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Is told when the server ended unasked, and how long it is until it is started again, ms. */
  readonly onRestart?: (reason: string, pauseMs: number) => void;
}

const LAUNCH_ATTEMPTS = 20;
const LAUNCH_PAUSE_MS = 250;

/** Statements and values stay out of the log: they hold ids and names. */
const STANDARD_SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
};

/**
 * Starts PostgreSQL on a loopback port chosen by the system, with its data below `dataDir`, made at the first start and
 * recovered after a crash. When it ends unasked it is started again, on the same port, however often that happens.
 *
 * @throws StartError when the directory cannot be used, is in use, or the server does not come up.
 */
export async function startPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = await ensureDirectory(options.dataDir);
  const lock = await claimDirectory(dataDir);
  try {
    const directory = join(dataDir, 'postgres');
    const binaries = await locateBinaries();
    const user = await chooseUser([binaries.postgres, directory]);
    const password = await readPassword(dataDir, 'postgres.password');
    const isDurable = options.settings?.['fsync'] !== 'off';
    await ensureInitialised(binaries, user, directory, { password, isDurable });
    const port = await freePort();
    const launchOptions: LaunchOptions = {
      program: binaries.postgres,
      user,
      directory,
      settings: { ...STANDARD_SETTINGS, ...options.settings, port: String(port) },
      logFile: join(dataDir, 'postgres.log'),
    };
    const server = await keepRunning(() => launchAfterCrash(launchOptions), options.onRestart ?? (() => undefined));
    const loginPassword = await readPassword(dataDir, 'database.password');
    await ensureLoginRole(urlOf(EMBEDDED_NAME, password, port), loginPassword);
    const url = urlOf(LOGIN_ROLE, loginPassword, port);
    const urlFile = join(dataDir, 'database.url');
    await writeFile(urlFile, `${url}\n`, { mode: 0o600 });
    return {
      url,
      announceStop: lock.announceRelease,
      async stop() {
        await lock.announceRelease();
        await server.stop();
        await rm(urlFile, { force: true });
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Processes of a server that was killed take a moment to notice; as long as they live, no new one starts. */
async function launchAfterCrash(options: LaunchOptions): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      await stopLeftover(options.directory);
      return await launch(options);
    } catch (error) {
      if (attempt > LAUNCH_ATTEMPTS || !/still in use/.test(describe(error))) throw error;
      await delay(LAUNCH_PAUSE_MS);
    }
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A loopback port that is free now. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.on('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => {
    probe.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('postgres: no port');
  return address.port;
}

function urlOf(role: string, password: string, port: number): string {
  return `postgresql://${role}:${password}@127.0.0.1:${port}/${EMBEDDED_NAME}`;
}
