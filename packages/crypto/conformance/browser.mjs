// Runs the MLS vectors in Chromium: the same runner, bundled.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { findChromium } from '../../../scripts/lib/chromium.mjs';

const ORIGIN = 'https://seal.test/'; // WebCrypto wants a secure origin; the one request is answered here

/** A page that has the runner, in a headless Chromium with a fresh profile. */
export async function openBrowser() {
  const executablePath = findChromium();
  const browser = await chromium.launch({
    ...(executablePath === null ? {} : { executablePath }),
    args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
  const page = await browser.newPage();
  await page.route(ORIGIN, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await page.goto(ORIGIN);
  await page.addScriptTag({ content: await bundle() });
  return {
    /** @returns {Promise<{ passed: number, failures: { index: number, reason: string }[], skipped: Map<string, number> } | null>} */
    async runMlsFile(name, json) {
      const report = await page.evaluate(([file, vectors]) => globalThis.mlsVectors.run(file, vectors), [name, json]);
      return report === null ? null : { ...report, skipped: new Map(report.skipped) };
    },
    close: () => browser.close(),
  };
}

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./browser-page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'mlsVectors',
    conditions: ['seal-source'],
    logLevel: 'silent',
  });
  return outputFiles[0].text;
}
