import { spawn } from 'node:child_process';
import { quietEnvironment } from '../../lib/run.mjs';

/** Runs a command in `cwd` and resolves with its exit code and all that it wrote. */
export function outputOf([program, ...args], cwd) {
  const child = spawn(program, args, { cwd, env: quietEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const written = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => written.push(chunk));
  return new Promise((resolve) => {
    const end = (code) => resolve({ code, output: Buffer.concat(written).toString() });
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code) => end(code ?? 1));
  });
}
