/**
 * What the image does, done without a container engine: the tree that its Dockerfile makes, in a fresh directory, run as
 * user 10001 without capabilities and, where this machine lets it, with that tree mounted read-only.
 */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patient } from '../../lib/patience.mjs';
import { ROOT } from '../../lib/paths.mjs';
import { succeeds } from '../../lib/run.mjs';

const USER = 10_001;
const NOBODY = 65_534;
const WAIT_MS = 60_000;

/** Rehearses and returns `{ problems, notes }`: what did not work, and what this machine could not show. */
export async function rehearse() {
  const scratch = mkdtempSync(join(tmpdir(), 'seal-image-'));
  chmodSync(scratch, 0o755);
  const running = new Set();
  try {
    return await inDirectory(scratch, running);
  } finally {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all([...running].map(({ ended }) => ended));
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function inDirectory(scratch, running) {
  const app = join(scratch, 'app');
  const trimmed = await start([process.execPath, join(ROOT, 'docker/trim.mjs'), ROOT, app], {}, running).ended;
  if (trimmed.code !== 0) return { problems: [`docker/trim.mjs: ${trimmed.stderr}`], notes: [] };
  const { user, prefix, notes } = confinement(scratch, app);
  const data = join(scratch, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (user !== null) chownSync(data, user, user);
  const environment = { NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0', PRIVATE_PORT: '0', DEMO: 'off' };
  const main = (own, ...words) =>
    start(
      [...prefix, process.execPath, join(app, 'packages/server/dist/main.js'), ...words],
      { ...environment, ...own },
      running,
    );

  const problems = [];
  const expect = (what, isTrue) => void (isTrue || problems.push(what));

  const written = await start([...prefix, 'touch', join(app, 'written')], {}, running).ended;
  expect('what is in the image can be written to', user === null || written.code !== 0);

  const one = main({ DATA_DIR: data });
  const { url } = await one.ready;
  expect('the widget is not served', (await fetch(`${url}/v1/seal-chat.js`)).status === 200);
  expect('the health check fails for one that serves', (await healthCheck(app, await one.ready, running)) === 0);

  const secret = join(scratch, 'database_url');
  copyFileSync(join(data, 'database.url'), secret);
  chmodSync(secret, 0o444);
  const shared = { DATABASE_URL_FILE: secret, MIGRATE: 'off' };
  const migrated = await main(shared, 'migrate').ended;
  expect(`migrate: ${migrated.stderr}`, migrated.code === 0 && migrated.stdout.startsWith('migrated '));
  const others = [main({ ...shared, ROLE: 'api' }), main({ ...shared, ROLE: 'worker' })];
  for (const other of others) {
    expect('the health check fails for a role', (await healthCheck(app, await other.ready, running)) === 0);
  }
  for (const process of [...others, one]) {
    process.tell('SIGTERM');
    const { code, stderr } = await process.ended;
    expect(`SIGTERM: ended with ${code}: ${stderr}`, code === 0);
  }
  expect('the health check passes for one that is gone', (await healthCheck(app, await one.ready, running)) !== 0);
  return { problems, notes };
}

/** What a command is put behind, so that it runs as in the image. */
function confinement(scratch, app) {
  if (process.getuid?.() !== 0 || !succeeds('setpriv', '--version')) {
    return {
      user: null,
      prefix: [],
      notes: ['as this user: the image has one of its own (run as root on Linux to see that)'],
    };
  }
  const as = (user) => [
    'setpriv',
    `--reuid=${user}`,
    `--regid=${user}`,
    '--clear-groups',
    '--no-new-privs',
    '--bounding-set=-all',
    '--inh-caps=-all',
    '--',
  ];
  // The image's user is known by name in the image alone: initdb asks for it.
  const names = join(scratch, 'passwd');
  writeFileSync(
    names,
    `${readFileSync('/etc/passwd', 'utf8')}seal:x:${USER}:${USER}::/nonexistent:/usr/sbin/nologin\n`,
  );
  const mounts = [
    `mount --bind ${names} /etc/passwd`,
    `mount --bind ${app} ${app}`,
    `mount -o remount,bind,ro ${app}`,
    `exec "$@"`,
  ];
  const isolated = ['unshare', '--mount', 'sh', '-c', mounts.join(' && '), 'sh'];
  if (succeeds(...isolated, 'true')) return { user: USER, prefix: [...isolated, ...as(USER)], notes: [] };
  return {
    user: NOBODY,
    prefix: as(NOBODY),
    notes: ['as nobody and without a read-only mount: this machine does not allow mounts'],
  };
}

async function healthCheck(app, { privateUrl }, running) {
  const environment = { PRIVATE_PORT: new URL(privateUrl).port };
  return (await start([process.execPath, join(app, 'docker/healthcheck.mjs')], environment, running).ended).code;
}

function start([program, ...words], environment, running) {
  const child = spawn(program, words, {
    cwd: '/',
    env: { PATH: process.env.PATH, LOG_LEVEL: 'error', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  const process_ = { child, tell: (signal) => child.kill(signal) };
  process_.ready = new Promise((resolve, reject) => {
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => {
        said[name] += text;
        const line = /^ready (\S+).* private (\S+)/m.exec(said.stdout);
        if (line !== null) resolve({ url: line[1], privateUrl: line[2] });
      });
    }
    const timer = setTimeout(() => reject(new Error(`not ready: ${said.stderr}`)), patient(WAIT_MS));
    child.once('close', () => {
      clearTimeout(timer);
      reject(new Error(`ended before it was ready: ${said.stderr}`));
    });
  });
  process_.ready.catch(() => undefined);
  process_.ended = new Promise((resolve) => {
    child.once('error', ({ message }) => resolve({ code: 127, stdout: '', stderr: message }));
    child.once('close', (code) => resolve({ code, ...said }));
  });
  running.add(process_);
  void process_.ended.then(() => running.delete(process_));
  return process_;
}
