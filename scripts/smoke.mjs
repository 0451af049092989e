/**
 * `npm run smoke -- firefox|webkit|chromium`: the first message of the demo page, in a browser that Playwright has
 * installed, against the built server.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import playwright from 'playwright-core';
import { stop } from './lib/node-version.mjs';
import { ROOT } from './lib/paths.mjs';
import { patient } from './lib/patience.mjs';
import { quietEnvironment } from './lib/run.mjs';

const TEXT = 'Can the server read this?';
const engine = process.argv[2];
if (!['chromium', 'firefox', 'webkit'].includes(engine)) stop('which engine: chromium, firefox or webkit?');

const dataDir = mkdtempSync(join(tmpdir(), 'seal-smoke-'));
// As root, PostgreSQL runs as another user, which has to pass through.
chmodSync(dataDir, 0o711);
const server = spawn(process.execPath, [join(ROOT, 'packages/server/dist/main.js')], {
  env: { ...quietEnvironment(), PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent' },
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
try {
  await say(await readyUrl());
  process.stdout.write(`smoke in ${engine}: a message was sent, received and kept over a reload\n`);
} finally {
  server.kill('SIGTERM');
  await new Promise((resolve) => {
    server.once('exit', resolve);
  });
  rmSync(dataDir, { recursive: true, force: true });
}

function readyUrl() {
  return new Promise((resolve, reject) => {
    let said = '';
    server.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      const line = /^ready (\S+)/m.exec(said);
      if (line !== null) resolve(line[1]);
    });
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
}

/** Alice writes to Bob in the demo, and both still have it after a reload. */
async function say(url) {
  const isRootChromium = engine === 'chromium' && process.getuid?.() === 0;
  const browser = await playwright[engine].launch({
    ...(process.env.BROWSER_PATH ? { executablePath: process.env.BROWSER_PATH } : {}),
    ...(process.env.BROWSER_CHANNEL ? { channel: process.env.BROWSER_CHANNEL } : {}),
    args: isRootChromium ? ['--no-sandbox'] : [],
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(patient(60_000));
    await page.goto(`${url}/demo`);
    const [alice, bob] = [page.locator('seal-chat').nth(0), page.locator('seal-chat').nth(1)];
    const field = alice.getByRole('textbox', { name: 'Message to bob' });
    await field.fill(TEXT);
    await field.press('Enter');
    await bob.locator('.message', { hasText: TEXT }).waitFor();
    await page.reload();
    for (const widget of [alice, bob]) await widget.locator('.message', { hasText: TEXT }).waitFor();
  } finally {
    await browser.close();
  }
}
