import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../launch.ts';

/** A process that is started again when it is killed, as a supervisor does. */
export interface Service {
  readonly name: string;
  pid(): number;
  /** `kill -9`, and a new one 2 s later. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const RESTART_MS = 2_000;
const READY_MS = 60_000;

/** Starts `command` and waits until `isReady` says so of what it wrote, or of asking. */
export async function startService(options: {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly isReady: (output: string) => boolean | Promise<boolean>;
}): Promise<Service> {
  const { name, command, env, isReady } = options;
  let child: ChildProcess;

  async function start(): Promise<void> {
    let output = '';
    const started = spawn(command[0]!, command.slice(1), {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child = started;
    for (const stream of [started.stdout!, started.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output = `${output}${text}`.slice(-10_000)));
    }
    const end = performance.now() + READY_MS;
    while (!(await isReady(output))) {
      if (started.exitCode !== null || performance.now() > end) throw new Error(`${name} does not start:\n${output}`);
      await sleep(50);
    }
  }

  async function signal(signalName: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signalName);
    await ended;
  }

  await start();
  return {
    name,
    pid: () => child.pid!,
    async kill() {
      await signal('SIGKILL');
      await sleep(RESTART_MS);
      await start();
    },
    async stop() {
      child.kill('SIGCONT');
      await signal('SIGKILL');
    },
  };
}
