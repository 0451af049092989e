import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { workersBrowser } from './support/browser.ts';

const ORIGIN = 'https://site.example';
/** As strict as a page can be. */
const POLICY = `default-src 'none'; script-src 'self'; connect-src 'self'; trusted-types lit-html; require-trusted-types-for 'script'`;

/** The files that are served, as the build left them. */
const directory = fileURLToPath(new URL('../../packages/widget/dist/v1/', import.meta.url));
let browser: Browser;

beforeAll(async () => {
  browser = await workersBrowser();
});

/** A page with the built widget, where the files that `tampered` matches were changed on their way. */
async function open(tampered: RegExp | null, integrity = ''): Promise<Page> {
  const page = await browser.newPage();
  await page.route(`${ORIGIN}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/')
      return route.fulfill({
        contentType: 'text/html',
        headers: { 'content-security-policy': POLICY },
        body: `<!doctype html><html lang="de"><head><script type="module" src="/v1/seal-chat.js" integrity="${integrity}"></script></head><body><seal-chat></seal-chat></body></html>`,
      });
    const name = pathname.replace('/v1/', '');
    const code = await readFile(join(directory, name), 'utf8').catch(() => null);
    if (code === null) return route.fulfill({ status: 404 });
    return route.fulfill({ contentType: 'text/javascript', body: tampered?.test(name) ? `${code};0` : code });
  });
  await page.goto(`${ORIGIN}/`);
  return page;
}

it('the widget starts from its entry, under a strict policy, in the language of the page', async () => {
  const sri = JSON.parse(await readFile(join(directory, 'sri.json'), 'utf8')) as Record<string, { integrity: string }>;
  expect(Object.keys(sri).toSorted()).toEqual(
    (await readdir(directory)).filter((name) => name.endsWith('.js')).toSorted(),
  );
  const page = await open(null, sri['seal-chat.js']!.integrity);
  await page.getByText('Diesem Chat fehlt das Attribut').waitFor();
  await page.close();
});

it('the widget runs no file that is not the one it was built with', async () => {
  const page = await open(/^de-/);
  // What is in the other languages' files is missing, and nothing of the changed one runs.
  await page.getByText('This chat is missing its').waitFor();
  await page.close();

  // Files of a first visit are fetched ahead, and do not run either when they were changed.
  const ahead = await open(/^account-/);
  await ahead.getByText('Diesem Chat fehlt das Attribut').waitFor();
  const account = (await readdir(directory)).find((name) => /^account-.*\.js$/.test(name));
  const outcome = await ahead.evaluate(
    `globalThis[Symbol.for('seal-chat.import')]('./${account}').then(() => 'ran', (error) => String(error))`,
  );
  expect(outcome).toMatch(/seal-chat: account-.+ is not the file it should be/);
  expect(await ahead.evaluate(() => customElements.get('seal-sign-in') === undefined)).toBe(true);
  await ahead.close();

  const refused = await open(/^core-/);
  // As text: the import has to stay one.
  const problem = await refused.evaluate(
    `import('/v1/seal-chat.js').then(({ ready }) => ready).then(() => 'started', (error) => String(error))`,
  );
  expect(problem).toMatch(/seal-chat: core-.+ is not the file it should be/);
  expect(await refused.evaluate(() => customElements.get('seal-chat') === undefined)).toBe(true);
  await refused.close();
});

it('the widget loads nothing but its entry while there is no element in the page', async () => {
  const page = await browser.newPage();
  const asked: string[] = [];
  await page.route(`${ORIGIN}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    asked.push(pathname);
    if (pathname === '/')
      return route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/v1/seal-chat.js"></script><p></p>`,
      });
    return route.fulfill({ contentType: 'text/javascript', path: join(directory, pathname.replace('/v1/', '')) });
  });
  await page.goto(`${ORIGIN}/`);
  expect(asked).toEqual(['/', '/v1/seal-chat.js']);
  await page.evaluate(() => document.body.append(document.createElement('seal-chat')));
  await page.getByText('This chat is missing its').waitFor();
  await page.close();
});
