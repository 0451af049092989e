import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '../../../scripts/lib/chromium.mjs';

let browser: Promise<Browser> | undefined;

/** The worker's headless Chromium, which ends with it: the installed one, else the one that Playwright has downloaded. */
export function workersBrowser(): Promise<Browser> {
  return (browser ??= launch());
}

function launch(): Promise<Browser> {
  const executablePath = findChromium();
  // A microphone that hums, and nobody who has to allow it.
  const media = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  const quiet = ['--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
  return chromium.launch({
    ...(executablePath === null ? {} : { executablePath }),
    args: [...quiet, ...media, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
}
