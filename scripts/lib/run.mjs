import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

/** Tools that phone home, look for updates or ask questions are told not to; the rest of the environment is kept. */
export function quietEnvironment() {
  return {
    ...process.env,
    TURBO_TELEMETRY_DISABLED: '1',
    STORYBOOK_DISABLE_TELEMETRY: '1',
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    DO_NOT_TRACK: '1',
    npm_config_update_notifier: 'false',
  };
}

/** Path of a program that node_modules brings. */
export function tool(name) {
  return join(ROOT, 'node_modules', '.bin', name);
}

/** The command that runs npm: the npm that runs us, else the one on the PATH. */
export function npm(...args) {
  const own = process.env.npm_execpath;
  return own?.endsWith('npm-cli.js') ? [process.execPath, own, ...args] : ['npm', ...args];
}

/**
 * Runs a command without standard input and resolves with its exit code; 127 when it cannot be started.
 *
 * @param {string[]} command
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function run(command, options = {}) {
  const [program, ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      env: quietEnvironment(),
      stdio: ['ignore', 'inherit', 'inherit'],
      ...options,
    });
    child.on('error', () => resolve(127));
    child.on('exit', (code, signal) => {
      if (signal !== null) process.stderr.write(`seal: ${program} was ended by ${signal}\n`);
      resolve(code ?? 1);
    });
  });
}

/** Runs a command whose words matter only when it fails; then they are printed. Resolves with its exit code. */
export async function runQuietly(command) {
  const said = [];
  const [program, ...args] = command;
  const child = spawn(program, args, { cwd: ROOT, env: quietEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(chunk));
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (status) => resolve(status ?? 1));
  });
  if (code !== 0) process.stderr.write(Buffer.concat(said));
  return code;
}

/** Runs a short command quietly and tells whether it succeeded. */
export function succeeds(program, ...args) {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 60_000 }).status === 0;
}
