import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A server that has said it is ready. */
export interface Launched {
  readonly pid: number;
  readonly url: string;
  /** From the command to its `ready` line, ms. */
  readonly readyAfterMs: number;
  /** The last of what it wrote. */
  output(): string;
  /** Asks it and everything in its process group to end (SIGTERM), and waits until they have. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 60_000;

/** Variables of the caller's environment that would change what is measured. */
const OWN_VARIABLES = /^(PORT|HOST|DATA_DIR|DATABASE_URL|REDIS_URL|PUBLIC_URL|SEAL_.*|NODE_OPTIONS|npm_.*)$/;

/** Sends a signal to a process and all it started in its group; 0 only asks. @returns whether there is any left */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

/** Starts a server process and waits for its line `ready <url>`. @throws Error with what it said, when it ends before */
export async function launch(options: {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}): Promise<Launched> {
  const inherited = Object.entries(process.env).filter(([name]) => !OWN_VARIABLES.test(name));
  const startedAt = performance.now();
  const [program, ...args] = options.command;
  const child = spawn(program!, args, {
    cwd: ROOT,
    env: { ...Object.fromEntries(inherited), ...options.env },
    detached: true,
    // Over this channel a Node process notices when we are gone. npm would hand it on to the wrong process.
    stdio: ['ignore', 'pipe', 'pipe', ...(program === process.execPath ? (['ipc'] as const) : [])],
  });
  let output = '';
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const url = new Promise<string>((resolve, reject) => {
    const onText = (text: string): void => {
      output = `${output}${text}`.slice(-10_000);
      const ready = /^ready (http\S+)/m.exec(output)?.[1];
      if (ready !== undefined) resolve(ready);
    };
    child.stdout!.setEncoding('utf8').on('data', onText);
    child.stderr!.setEncoding('utf8').on('data', onText);
    child.on('error', reject);
    void ended.then(() => reject(new Error(`${options.command.join(' ')} ended:\n${output}`)));
    setTimeout(
      () => reject(new Error(`${options.command.join(' ')} is not ready:\n${output}`)),
      START_TIMEOUT_MS,
    ).unref();
  });
  const stop = async (): Promise<void> => {
    if (child.pid === undefined) return;
    // npm ends at once, its server when it has put everything away: the group is gone only then.
    const end = performance.now() + STOP_TIMEOUT_MS;
    signalGroup(child.pid, 'SIGTERM');
    while (signalGroup(child.pid, 0)) {
      if (performance.now() > end) throw new Error(`${options.command.join(' ')} does not stop`);
      await sleep(20);
    }
  };
  try {
    const readyUrl = await url;
    return { pid: child.pid!, url: readyUrl, readyAfterMs: performance.now() - startedAt, output: () => output, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
