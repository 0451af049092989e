import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { findChromium } from '../../lib/chromium.mjs';
import { patient } from '../../lib/patience.mjs';

/** Bundles the project's page as a consumer's bundler does, and opens it in Chromium. Lists what failed. */
export async function checkInBrowser(project) {
  const common = { root: project, configFile: false, logLevel: 'error' };
  await build({ ...common, build: { outDir: join(project, 'site'), target: 'es2022' } });
  const server = await preview({
    ...common,
    build: { outDir: join(project, 'site') },
    preview: { host: '127.0.0.1', port: 0 },
  });
  const executablePath = findChromium();
  const browser = await chromium.launch({
    ...(executablePath === null ? {} : { executablePath }),
    args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
  const problems = [];
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(patient(30_000));
    page.on('pageerror', (error) => problems.push(`the page: ${error.message}`));
    const origin = `http://127.0.0.1:${server.httpServer.address().port}`;
    page.on('request', (request) => {
      if (!request.url().startsWith(origin)) problems.push(`the page asked for ${request.url()}`);
    });
    await page.goto(origin);
    // The element is defined, and a view that it loads when it is needed is there.
    await page.locator('seal-chat seal-sign-in input').first().waitFor();
    await page.locator('#done').waitFor();
    const said = await page.locator('#done').textContent();
    if (said !== 'works') problems.push(`the page says: ${said}`);
  } catch (error) {
    problems.push(`the page: ${error.message}`);
  } finally {
    await browser.close();
    await server.close();
  }
  return problems;
}
