import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { expect, it } from 'vitest';
import { findChromium } from '../../../scripts/lib/chromium.mjs';

const ORIGIN = 'https://seal.test/'; // WebCrypto wants a secure origin; the one request is answered here

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./chromium-page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'page',
    conditions: ['seal-source'],
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}

it("Chromium's X25519, Ed25519 and ML-KEM-768 agree with the JavaScript ones", async () => {
  const executablePath = findChromium();
  const browser = await chromium.launch({
    ...(executablePath === null ? {} : { executablePath }),
    args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
  try {
    const page = await browser.newPage();
    await page.route(ORIGIN, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
    await page.goto(ORIGIN);
    await page.addScriptTag({ content: await bundle() });
    const results = await page.evaluate<Record<string, boolean>>('page.compare()');
    expect(Object.keys(results).length).toBeGreaterThan(11);
    expect(results).toEqual(Object.fromEntries(Object.keys(results).map((name) => [name, true])));
  } finally {
    await browser.close();
  }
});
