import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The built server's program. */
export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The built server in a process of its own. */
export interface ServerProcess {
  readonly child: ChildProcess;
  /** Settles with the origin of the `ready` line. Rejects when the process ends first. */
  readonly ready: Promise<string>;
  /** Settles with the origin of readiness and metrics, at the same time. */
  readonly privateUrl: Promise<string>;
  /** Settles when the process has ended. */
  readonly ended: Promise<Ending>;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built server, or `program`, with `environment` and nothing else that would configure it. */
export function spawnServer(
  environment: Readonly<Record<string, string>>,
  { program = MAIN, words = [] }: { readonly program?: string; readonly words?: readonly string[] } = {},
): ServerProcess {
  if (!existsSync(program)) throw new Error('The server is not built: "npm run build" first.');
  const child = spawn(process.execPath, [program, ...words], {
    env: { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'silent', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const output = { stdout: '', stderr: '' };
  // Not 'close': a channel that was disconnected keeps that from coming.
  const ended = Promise.all([once(child, 'exit'), once(child.stdout!, 'end'), once(child.stderr!, 'end')]).then(
    (): Ending => ({ code: child.exitCode, signal: child.signalCode, ...output }),
  );
  const line = new Promise<readonly string[]>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text;
      const found = /^ready (\S+).* private (\S+)/m.exec(output.stdout);
      if (found !== null) resolve(found);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    void ended.then(({ stderr }) => reject(new Error(`ended before it was ready: ${stderr}`)));
  });
  const [ready, privateUrl] = [1, 2].map((part) => line.then((found) => found[part]!)) as [
    Promise<string>,
    Promise<string>,
  ];
  // A test that waits for the end alone does not care.
  for (const promise of [ready, privateUrl]) promise.catch(() => undefined);
  return { child, ready, privateUrl, ended };
}
