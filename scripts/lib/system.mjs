/** Programs that the tests need beside what npm installs: found, or installed where that is allowed and said. */
import { join } from 'node:path';
import { findChromium, findPlaywrightChromium } from './chromium.mjs';
import { stop } from './node-version.mjs';
import { findPostgres } from './postgres.mjs';
import { PYNACL, PYTHON_ENVIRONMENT, findPython } from './python.mjs';
import { findRedis } from './redis.mjs';
import { run, succeeds, tool } from './run.mjs';

/**
 * `find` gives a path or null; `packages` are Debian's, and `otherwise` those of systems that lack them; `by hand` is
 * for everybody else.
 */
const PROGRAMS = {
  chromium: {
    title: 'Chromium or Chrome, for the browser tests',
    packages: ['chromium-headless-shell'],
    otherwise: ['chromium'],
    byHand: 'install one, or name it in CHROMIUM',
    find: async () => findChromium() ?? (await findPlaywrightChromium()),
    variable: 'CHROMIUM',
    download: { from: 'Playwright', commands: [[tool('playwright-core'), 'install', 'chromium']] },
  },
  redis: {
    title: 'redis-server, for the tests of the bus and the queue on Redis',
    packages: ['redis-server'],
    byHand: 'install Redis 6.2 or later, or name its server in REDIS_SERVER',
    find: () => findRedis(),
    variable: 'REDIS_SERVER',
    download: { from: 'Homebrew', commands: [['brew', 'install', 'redis']] },
  },
  postgres: {
    title: 'PostgreSQL with pg_dump, for the tests of backups',
    packages: ['postgresql'],
    byHand: 'install PostgreSQL 14 or later, or name the folder of its programs in POSTGRES_BIN',
    find: () => findPostgres(),
    variable: 'POSTGRES_BIN',
    download: { from: 'Homebrew', commands: [['brew', 'install', 'postgresql@18']] },
  },
  python: {
    title: 'Python 3 with PyNaCl, for the known-answer tests and the bot',
    packages: ['python3', 'python3-nacl'],
    byHand: '"pip install pynacl", or name an interpreter in SEAL_PYTHON',
    find: () => findPython(),
    variable: 'SEAL_PYTHON',
    download: {
      from: 'PyPI',
      commands: [
        ['python3', '-m', 'venv', PYTHON_ENVIRONMENT],
        [join(PYTHON_ENVIRONMENT, 'bin', 'python3'), '-m', 'pip', 'install', '--quiet', PYNACL],
      ],
    },
  },
};

/**
 * Makes sure of the programs named in `needs` and returns the environment that names them. Installs what is missing
 * only in CI, with `install`, or as root on a Debian-like system, and says what before; otherwise ends with what is
 * missing and how to get it.
 */
export async function ensureSystem(needs, { install }) {
  let missing = await missingOf(needs);
  if (missing.length > 0) {
    const canUseApt = process.getuid?.() === 0 && succeeds('apt-get', '--version');
    const isAllowed = install || process.env.CI === 'true' || canUseApt;
    if (isAllowed && canUseApt) {
      await installPackages(missing.flatMap((name) => PROGRAMS[name].packages));
      const lacking = await missingOf(missing);
      const others = lacking.flatMap((name) => PROGRAMS[name].otherwise ?? []);
      if (others.length > 0) await installPackages(others);
    }
    if (isAllowed && !canUseApt) await download(missing);
    if (isAllowed) missing = await missingOf(missing);
  }
  if (missing.length > 0) stop(explain(missing));
  const found = needs.map(async (name) => [PROGRAMS[name].variable, await PROGRAMS[name].find()]);
  return Object.fromEntries(await Promise.all(found));
}

async function missingOf(needs) {
  const found = await Promise.all(needs.map((name) => PROGRAMS[name].find()));
  return needs.filter((_name, i) => found[i] === null);
}

/** What is missing, and the ways to get it, as one text. */
export function explain(missing) {
  const programs = missing.map((name) => PROGRAMS[name]);
  const packages = programs.flatMap(({ packages: own, otherwise }) => otherwise ?? own).join(' ');
  return [
    'these tests need programs that are not installed:',
    ...programs.map(({ title, byHand }) => `  ${title} (${byHand})`),
    `On Debian and Ubuntu: sudo apt-get install ${packages}`,
    `Without a package manager, from ${programs.map(({ download: { from } }) => from).join(' and ')}: npm test -- --install`,
    'Without any of them: npm test -- quick',
  ].join('\n');
}

async function installPackages(names) {
  process.stdout.write(`Installing system packages with apt-get: ${names.join(', ')}\n`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = { env: environment, stdio: ['ignore', 'ignore', 'inherit'] };
  const once = () => run(['apt-get', 'install', '-y', '--no-install-recommends', ...names], quiet);
  if ((await once()) !== 0 && (await run(['apt-get', 'update'], quiet)) === 0) await once();
}

async function download(missing) {
  for (const { title, download: source } of missing.map((name) => PROGRAMS[name])) {
    process.stdout.write(`Downloading from ${source.from}: ${title}\n`);
    for (const command of source.commands) if ((await run(command)) !== 0) break;
  }
}
