import { existsSync } from 'node:fs';
import { succeeds } from './run.mjs';

/**
 * Programs that are Chromium, by name on the PATH or by place. `CHROMIUM` in the environment comes first. The shell is
 * the same engine without a browser's windows, which cost a quarter of the processor time of the browser tests.
 */
const NAMES = [
  'chromium-headless-shell',
  'chrome-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
];
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

/** Path of the Chromium that Playwright has downloaded; null when it has not. */
export async function findPlaywrightChromium() {
  const { chromium } = await import('playwright-core');
  const path = chromium.executablePath();
  return path && existsSync(path) && succeeds(path, '--version') ? path : null;
}
