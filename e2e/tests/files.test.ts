import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { create } from '../support/channel.ts';
import { attach, message } from '../support/messages.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { testWithServer } from '../support/test.ts';
import { find, openChat, row, send } from '../support/widget.ts';
import { patient } from '../../scripts/lib/patience.mjs';

const MEGABYTE = 1_000_000;

/** A tenant whose people may send more than by default. */
const test = testWithServer({ MAX_ATTACHMENT_BYTES: String(60 * MEGABYTE), ATTACHMENTS_PER_MINUTE: '1000' });

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test(
  'a file of 50 MB arrives in a channel unchanged and under its name',
  async ({ person }) => {
    const [alice, bob] = await Promise.all([person('alice'), person('bob')]);
    const directory = await mkdtemp(join(tmpdir(), 'seal-files-'));
    try {
      const path = join(directory, 'Aufnahmen (final) ß.bin');
      const bytes = randomBytes(50 * MEGABYTE + 17);
      await writeFile(path, bytes);
      await create(alice.widget, { name: 'records', isPublic: false, people: ['bob'] });
      await attach(alice.widget, path);
      await send(alice.widget, 'here it is');

      await row(bob.widget, 'records').click();
      const card = message(bob.widget, 'here it is');
      await card.waitFor({ timeout: 3 * PATIENCE_MS });
      const download = bob.page.waitForEvent('download', { timeout: 3 * PATIENCE_MS });
      await card.getByRole('button', { name: 'Download Aufnahmen (final) ß.bin' }).click();
      const saved = await download;
      expect(saved.suggestedFilename()).toBe('Aufnahmen (final) ß.bin');
      expect(sha256(await readFile(await saved.path()))).toBe(sha256(bytes));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
  patient(240_000),
);

test('an image is shown and does not say where it was taken', async ({ person }) => {
  const [carol, dave] = await Promise.all([person('carol'), person('dave')]);
  const jpeg = await carol.page.evaluate(async () => {
    const canvas = new OffscreenCanvas(640, 480);
    const context = canvas.getContext('2d')!;
    context.fillStyle = 'teal';
    context.fillRect(0, 0, 640, 480);
    const blob = await canvas.convertToBlob({ type: 'image/jpeg' });
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  await find(carol.widget, 'dave');
  await attach(carol.widget, [{ name: 'view.jpg', mimeType: 'image/jpeg', buffer: withExif(Buffer.from(jpeg)) }]);
  await send(carol.widget, 'the view');

  await openChat(dave.widget, 'carol');
  const picture = message(dave.widget, 'the view').getByRole('button', { name: 'Open view.jpg' });
  await picture.click();
  const large = dave.widget.getByRole('dialog', { name: 'view.jpg' }).getByRole('img');
  await large.waitFor();
  await expect.poll(() => large.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(640);
  const download = dave.page.waitForEvent('download');
  await dave.widget.getByRole('dialog').getByRole('button', { name: 'Download view.jpg' }).click();
  const saved = await readFile(await (await download).path());
  expect(saved.includes(PLACE)).toBe(false);
});

test('a file that would run in the page does not run', async ({ person }) => {
  const [erin, frank] = await Promise.all([person('erin'), person('frank')]);
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>document.title = "pwned"</script></svg>';
  const html = '<!doctype html><script>document.title = "pwned"</script>';
  await find(erin.widget, 'frank');
  await attach(erin.widget, [
    { name: 'drawing.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(svg) },
    { name: 'page.html', mimeType: 'text/html', buffer: Buffer.from(html) },
    { name: 'disguised.png', mimeType: 'image/png', buffer: Buffer.from(html) },
  ]);
  await send(erin.widget, 'open these');

  await openChat(frank.widget, 'erin');
  const received = message(frank.widget, 'open these');
  for (const name of ['drawing.svg', 'page.html']) {
    const download = frank.page.waitForEvent('download');
    await received.getByRole('button', { name: `Download ${name}` }).click();
    expect((await download).suggestedFilename()).toBe(name);
    expect(await received.getByRole('button', { name: `Open ${name}` }).count()).toBe(0);
  }
  expect(await frank.page.title()).not.toBe('pwned');
  expect(frank.context.pages()).toHaveLength(1);
  expect(frank.watched.violations).toEqual([]);
});

test('the sender of a file above the limit is told before any part of it is sent', async ({ person }) => {
  const grace = await person('grace');
  await person('heidi');
  await find(grace.widget, 'heidi');
  const directory = await mkdtemp(join(tmpdir(), 'seal-files-'));
  try {
    const path = join(directory, 'huge.bin');
    await writeFile(path, '');
    await truncate(path, 61 * MEGABYTE);
    await attach(grace.widget, path);
    await grace.widget.getByText('“huge.bin” is too large. The limit is 60 MB.').waitFor();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  const requests = (await grace.traffic.haystacks()).find(({ name }) => name.startsWith('requests'))!;
  expect(Buffer.from(requests.bytes).includes('/v1/attachments/')).toBe(false);
});

const PLACE = Buffer.from('48.8584N 2.2945E');

/** A JPEG with an EXIF segment in front that says where it was taken. */
function withExif(jpeg: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0', 'latin1'), PLACE]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, content, jpeg.subarray(2)]);
}
