import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '../../../scripts/lib/chromium.mjs';

/** A headless Chromium: the installed one, else the one that Playwright has downloaded. */
export function launch(): Promise<Browser> {
  const executablePath = findChromium();
  const quiet = ['--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
  return chromium.launch({
    ...(executablePath === null ? {} : { executablePath }),
    args: process.getuid?.() === 0 ? [...quiet, '--no-sandbox'] : quiet,
  });
}
