/**
 * `npm run dev`: the server, built again and restarted whenever a source changes. A change of the widget alone is
 * built and waits for the page to be loaded again.
 */
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { requireNode } from './lib/node-version.mjs';
import { ROOT } from './lib/paths.mjs';
import { quietEnvironment, run, tool } from './lib/run.mjs';

/** Editors write a file in several steps. */
const SETTLE_MS = 150;
/** Packages the server process runs. */
const SERVED = /^(?:protocol|crypto|server)\//;
const IGNORED = /(?:^|\/)(?:node_modules|dist|generated|test|\.turbo)\/|\.(?:test\.ts|tsbuildinfo)$/;

requireNode();
await ensureInstalled();

let server = null;
let isBusy = false;
let timer;
const changed = new Set();

for (const directory of ['packages', 'prisma']) {
  watch(join(ROOT, directory), { recursive: true }, (_event, file) => {
    if (file === null || IGNORED.test(file)) return;
    changed.add(directory === 'prisma' ? 'server/' : file);
    clearTimeout(timer);
    timer = setTimeout(() => void rebuild(), SETTLE_MS);
  });
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => void stopServer().then(() => process.exit(0)));
}
changed.add('server/');
await rebuild();

async function rebuild() {
  if (isBusy) return;
  isBusy = true;
  while (changed.size > 0) {
    const files = [...changed];
    changed.clear();
    const code = await run([tool('turbo'), 'run', 'build', '--output-logs=errors-only']);
    if (code === 0 && (server === null || files.some((file) => SERVED.test(file)))) {
      await stopServer();
      startServer();
    }
  }
  isBusy = false;
}

function startServer() {
  const child = spawn(process.execPath, ['--enable-source-maps', join(ROOT, 'packages/server/dist/main.js')], {
    cwd: ROOT,
    env: { ...quietEnvironment(), LOG_LEVEL: process.env.LOG_LEVEL ?? 'debug' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('exit', () => {
    if (server === child) server = null;
  });
  server = child;
}

async function stopServer() {
  const child = server;
  if (child === null) return;
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  child.kill('SIGTERM');
  await ended;
}
