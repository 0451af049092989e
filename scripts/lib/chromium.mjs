import { existsSync } from 'node:fs';
import { stop } from './node-version.mjs';
import { run, succeeds, tool } from './run.mjs';

/** Programs that are Chromium, by name on the PATH or by place. `CHROMIUM` in the environment comes first. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Path of an installed Chromium that runs; null when there is none. */
export function findChromium() {
  const own = process.env.CHROMIUM;
  const paths = (process.env.PATH ?? '').split(':').flatMap((folder) => NAMES.map((name) => `${folder}/${name}`));
  // A name may be a stub that only says how to install the program, so it is asked for its version.
  return (
    [...(own ? [own] : []), ...paths, ...PLACES].find((path) => existsSync(path) && succeeds(path, '--version')) ?? null
  );
}

/** Path of a Chromium for the browser tests: installed, else from the system's packages, else Playwright's own. */
export async function ensureChromium() {
  const installed = findChromium() ?? (await fromPackages()) ?? (await playwrightPath());
  if (installed !== null) return installed;
  process.stdout.write('Installing Chromium with Playwright ...\n');
  const options = process.getuid?.() === 0 && process.platform === 'linux' ? ['--with-deps'] : [];
  await run([tool('playwright-core'), 'install', ...options, 'chromium']);
  const downloaded = await playwrightPath();
  if (downloaded !== null) return downloaded;
  return stop('the browser tests need Chromium or Chrome: install one, or name it in CHROMIUM.');
}

async function fromPackages() {
  if (!(await installPackages(['chromium']))) return null;
  return findChromium();
}

async function playwrightPath() {
  const { chromium } = await import('playwright-core');
  const path = chromium.executablePath();
  return path && existsSync(path) && succeeds(path, '--version') ? path : null;
}

/** Installs Debian packages when this is root on a system that has them; otherwise does nothing and says so. */
export async function installPackages(names) {
  if (process.getuid?.() !== 0 || !succeeds('apt-get', '--version')) return false;
  process.stdout.write(`Installing ${names.join(', ')} (apt-get) ...\n`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = { env: environment, stdio: ['ignore', 'ignore', 'inherit'] };
  const install = () => run(['apt-get', 'install', '-y', '--no-install-recommends', ...names], quiet);
  if ((await install()) === 0) return true;
  return (await run(['apt-get', 'update'], quiet)) === 0 && (await install()) === 0;
}
