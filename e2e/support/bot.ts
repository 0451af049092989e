import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import { findPython } from '../../scripts/lib/python.mjs';
import { PATIENCE_MS } from './patience.ts';
import type { Site } from './site.ts';
import type { SealServer } from './server.ts';

const PROGRAM = fileURLToPath(new URL('../../examples/python-bot/bot.py', import.meta.url));
const TESTS = fileURLToPath(new URL('../../examples/python-bot/tests', import.meta.url));

/** The bot of `examples/python-bot` in a process of its own, with a state of its own. */
export interface Bot {
  /** File of its state, which survives its restarts. */
  readonly stateFile: string;
  /** Everything written so far, over all starts. */
  log(): string;
  /** What its state file has. */
  state(): Promise<unknown>;
  /** Starts it and waits until it has taken what was in its mailbox. */
  start(options?: readonly string[], environment?: NodeJS.ProcessEnv): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Stops it if it runs, and deletes its state. */
  dispose(): Promise<void>;
}

/** Prepares a bot called `name` for a site; `start` starts it. @throws Error where Python or PyNaCl is missing */
export async function openBot(server: SealServer, site: Site, name: string): Promise<Bot> {
  const python = requirePython();
  const directory = await mkdtemp(join(tmpdir(), 'seal-bot-'));
  const stateFile = join(directory, 'state.json');
  let running: ChildProcess | null = null;
  let log = '';

  const kill = async (): Promise<void> => {
    const child = running;
    running = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };

  return {
    stateFile,
    log: () => log,
    state: async () => JSON.parse(await readFile(stateFile, 'utf8')) as unknown,
    start: async (options = [], environment = {}) => {
      const before = log.length;
      const where = ['--server', server.url, '--app-key', site.appKey, '--name', name, '--state', stateFile];
      const child = spawn(python, [PROGRAM, ...where, ...options], {
        env: { ...process.env, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      running = child;
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (log += text));
      await vi.waitFor(
        () => {
          if (child.exitCode !== null) throw new Error(`The bot ended before it was ready.\n${log.slice(before)}`);
          if (!/^ready$/mu.test(log.slice(before))) throw new Error(`The bot is not ready.\n${log.slice(before)}`);
        },
        { timeout: 2 * PATIENCE_MS, interval: 50 },
      );
    },
    kill,
    dispose: async () => {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Runs the bot's own tests. @returns what they print @throws Error with what they print when one fails */
export async function runBotTests(): Promise<string> {
  const { stderr } = await promisify(execFile)(requirePython(), ['-B', '-m', 'unittest', 'discover', '-s', TESTS]);
  return stderr;
}

function requirePython(): string {
  const python = findPython();
  if (python === null) {
    throw new Error('the bot needs Python 3 with PyNaCl: apt install python3-nacl, or name one in SEAL_PYTHON');
  }
  return python;
}
