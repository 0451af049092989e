/**
 * `npm start`: from a fresh clone to a running server. Plain Node, because at first nothing is installed. Brings
 * dependencies and build up to date, then runs the server and passes signals on to it.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { requireNode, stop } from './lib/node-version.mjs';
import { ROOT } from './lib/paths.mjs';
import { quietEnvironment } from './lib/run.mjs';

requireNode();
await ensureInstalled();
await ensureBuilt();

// The server ends when this channel closes, so it does not outlive us however we end.
// Requests live shortly: with more room for the young, fewer of them are copied by the garbage collector.
const server = spawn(process.execPath, ['--max-semi-space-size=32', join(ROOT, 'packages/server/dist/main.js')], {
  cwd: ROOT,
  env: quietEnvironment(),
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
server.on('error', (error) => stop(`the server cannot be started: ${error.message}`));
server.on('exit', (code, signal) => {
  if (signal !== null) stop(`the server was ended by ${signal}; the next start recovers.`);
  process.exit(code ?? 1);
});

// npm hands signals on, but when it is killed itself nobody tells us: its place as our parent is taken by another.
const parent = process.ppid;
if (process.env.npm_execpath !== undefined) {
  setInterval(() => {
    if (process.ppid !== parent) server.kill('SIGTERM');
  }, 1_000).unref();
}
