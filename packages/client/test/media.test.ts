import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { expect, it } from 'vitest';
import { findChromium } from '../../../scripts/lib/chromium.mjs';
import type { Seen } from './media-page.ts';

const ORIGIN = 'https://seal.test/';

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./media-page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'page',
    conditions: ['seal-source'],
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}

it('Chromium sends pictures upright and without metadata, and describes every file correctly', async () => {
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
    const seen = await page.evaluate<Record<string, Seen>>('page.lookAtAll()');

    const picture = {
      kind: 'image',
      durationMs: null,
      leaks: false,
      thumbnail: 'webp',
      thumbnailFits: true,
      preview: 28,
    };
    // It lay on its side: red is above now.
    expect(seen['photo']).toMatchObject({
      ...picture,
      mimeType: 'image/jpeg',
      name: 'photo.jpg',
      size: [200, 400],
      isUnchanged: false,
      corners: ['red', 'blue'],
    });
    for (const type of ['png', 'webp']) {
      expect(seen[type]).toMatchObject({
        ...picture,
        mimeType: `image/${type}`,
        size: [300, 100],
        corners: ['red', 'blue'],
      });
    }
    expect(seen['noise']).toMatchObject({ ...picture, mimeType: 'image/png', size: [700, 700] });
    expect(seen['moving']).toMatchObject({
      ...picture,
      mimeType: 'image/gif',
      size: [1, 1],
      preview: expect.any(Number),
    });

    const file = { kind: 'file', size: [null, null], isUnchanged: true, thumbnail: null, preview: null };
    expect(seen['svg']).toMatchObject({ ...file, expected: 'file', mimeType: 'image/svg+xml', name: 'a.svg' });
    expect(seen['liar']).toMatchObject({ ...file, expected: 'image', name: 'a.png' });
    expect(seen['damaged']).toMatchObject(file);
    expect(seen['unplayable']).toMatchObject({ ...file, mimeType: 'video/mp4' });
    expect(seen['text']).toMatchObject({ ...file, mimeType: 'text/plain', name: 'a.txt' });

    expect(seen['silence']).toMatchObject({ kind: 'audio', durationMs: 500, isUnchanged: true, size: [null, null] });
    expect(seen['film']).toMatchObject({
      kind: 'video',
      size: [64, 32],
      isUnchanged: true,
      thumbnail: 'webp',
      preview: 28,
    });
  } finally {
    await browser.close();
  }
});
