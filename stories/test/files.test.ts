import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { violations } from './support/axe.ts';
import { openHarness, type Harness } from './support/harness.ts';

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(() => harness.close());

it('pictures are shown over the window, with the keyboard, and the focus comes back', async () => {
  const { page, widget } = await harness.show({ state: 'files' });
  const slip = widget.getByRole('button', { name: 'Open slip 14.png' });
  await slip.focus();
  await page.keyboard.press('Enter');
  const box = widget.getByRole('dialog', { name: 'slip 14.png' });
  const shown = box.getByRole('img', { name: 'slip 14.png' });
  await expect.poll(() => shown.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(700);
  expect(await violations(page)).toEqual([]);
  const width = async (): Promise<number> => (await shown.boundingBox())!.width;
  const fitted = await width();
  await page.keyboard.press('z');
  await expect.poll(width).toBeGreaterThan(fitted);
  await page.keyboard.press('z');
  await page.keyboard.press('ArrowRight');
  await widget.getByRole('dialog', { name: 'harbour.png' }).getByText('can’t be reached').waitFor();
  await page.keyboard.press('Escape');
  expect(await slip.evaluate((button) => button.matches(':focus'))).toBe(true);
  await widget.getByRole('log').waitFor();
  await page.close();
});

it('pictures are turned the other way where reading goes from right to left', async () => {
  const { page, widget } = await harness.show({ state: 'files', lang: 'ar' });
  await widget.locator('seal-attachments').nth(1).getByRole('button').first().click();
  await widget.getByRole('dialog', { name: 'slip 14.png' }).waitFor();
  await page.keyboard.press('ArrowLeft');
  const turned = widget.getByRole('dialog', { name: 'harbour.png' });
  await expect.poll(() => turned.count()).toBe(1);
  await page.close();
});

it('the widget never shows what could run: SVG and HTML are saved, under a harmless type and name', async () => {
  const { page, widget } = await harness.show({ state: 'hostileFiles' });
  await widget.locator('seal-attachments .card').nth(2).waitFor();
  expect(await widget.locator('seal-attachments :is(img, video, audio, iframe, object, embed)').count()).toBe(0);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    widget.getByRole('button', { name: /^Download .*svg$/ }).click(),
  ]);
  expect(download.suggestedFilename()).not.toMatch(/[\u202e/\\]/);
  expect(await readFile(await download.path(), 'utf8')).toContain('<svg');
  const type = await page.evaluate(async (url) => (await fetch(url)).headers.get('content-type'), download.url());
  expect(type).toBe('application/octet-stream');
  await page.close();
});

it('a voice note is played, and a person moves in it', async () => {
  const { page, widget } = await harness.show({ state: 'files' });
  const note = widget.locator('.voice');
  await note.getByRole('button', { name: 'Play Voice note' }).click();
  await note.getByRole('button', { name: 'Pause' }).click();
  await note.getByRole('slider', { name: 'Position' }).fill('3000');
  expect(await note.locator('audio').evaluate((audio: HTMLAudioElement) => audio.currentTime)).toBeCloseTo(3, 0);
  expect(await note.locator('audio').evaluate((audio: HTMLAudioElement) => audio.src)).toMatch(/^blob:/);
  await page.close();
});

it('the widget says so when a file cannot be fetched', async () => {
  const { page, widget } = await harness.show({ state: 'files' });
  await widget.getByRole('button', { name: 'Download Contract for berth 14 (signed, final).pdf' }).click();
  const problem = widget.locator('seal-attachments').getByRole('alert');
  await expect.poll(() => problem.innerText()).toContain('can’t be reached');
  await page.close();
});

it('several files are attached, and the widget says before anything is sent which one is too large', async () => {
  const { page, widget } = await harness.show({ state: 'uploadLimit' });
  const file = (name: string, size: number) => ({ name, mimeType: 'text/plain', buffer: Buffer.alloc(size) });
  await widget
    .locator('input[type=file]')
    .setInputFiles([file('one.txt', 10), file('big.txt', 5_000), file('two.txt', 10)]);
  await widget.getByRole('alert').getByText('“big.txt” is too large. The limit is 1 kB.').waitFor();
  expect(await widget.locator('.tray .name').allInnerTexts()).toEqual(['one.txt', 'two.txt']);
  expect(await violations(page)).toEqual([]);
  await widget.getByRole('button', { name: 'Remove one.txt' }).click();
  await widget.getByRole('button', { name: 'Send', exact: true }).click();
  await widget.getByRole('article', { name: /File two\.txt/ }).waitFor();
  expect(await widget.locator('.tray').count()).toBe(0);
  await page.close();
});

it('uploads are paused, resumed, tried again and given up', async () => {
  const { page, widget } = await harness.show({ state: 'uploads' });
  const state = (name: string) => widget.locator('.file', { hasText: name }).locator('.state').innerText();
  await widget.getByRole('button', { name: 'Pause Contract for berth 14 (signed, final).pdf' }).click();
  expect(await state('Contract')).toBe('Paused');
  await widget.getByRole('button', { name: 'Resume Contract for berth 14 (signed, final).pdf' }).click();
  await expect.poll(() => state('Contract')).toBe('1.4 MB');
  expect(await state('log.txt')).toBe('Upload failed');
  await widget.getByRole('button', { name: 'Try log.txt again' }).click();
  await expect.poll(() => state('log.txt')).toBe('4 kB');
  await widget.getByRole('button', { name: 'Remove slip 14.png' }).click();
  await expect.poll(() => widget.locator('.tray .file').count()).toBe(4);
  // What is not up yet goes on when its message is sent.
  await widget.getByRole('button', { name: 'Send', exact: true }).click();
  await expect.poll(() => widget.locator('.tray').count()).toBe(0);
  await page.close();
});

it('files dropped on the conversation or pasted into the field are attached', async () => {
  const { page, widget } = await harness.show({ state: 'firstMessage' });
  await widget.getByRole('button', { name: 'Attach files' }).waitFor();
  await widget.locator('seal-conversation').evaluate((conversation) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['x'], 'dropped.txt', { type: 'text/plain' }));
    const init = { dataTransfer, bubbles: true, cancelable: true };
    conversation.dispatchEvent(new DragEvent('dragover', init));
    conversation.dispatchEvent(new DragEvent('drop', init));
  });
  await widget.getByText('dropped.txt').waitFor();
  await widget.getByRole('textbox').evaluate((field) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File(['x'], 'pasted.png', { type: 'image/png' }));
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  await expect.poll(() => widget.locator('.tray .name').allInnerTexts()).toEqual(['dropped.txt', 'pasted.png']);
  await page.close();
});
