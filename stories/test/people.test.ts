import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { patient } from '../../scripts/lib/patience.mjs';
import { violations } from './support/axe.ts';
import { openHarness, type Harness, type Scene } from './support/harness.ts';

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(() => harness.close());

function button(widget: Locator, name: string): Locator {
  return widget.getByRole('button', { name, exact: true });
}

const LOOKS: readonly (readonly [string, Omit<Scene, 'state'>])[] = [
  ['light', {}],
  ['dark at 320 px', { theme: 'dark', width: 320, height: 640 }],
];

it.each(LOOKS)('what a stranger wrote is text alone until they are accepted, %s', async (_, look) => {
  const { page, widget } = await harness.show({ state: 'request', ...look });
  await button(widget, 'Accept').waitFor();
  expect(await widget.getByRole('textbox', { name: /Message/ }).count()).toBe(0);
  expect(await widget.locator('a').count()).toBe(0);
  expect(await widget.locator('seal-attachments').count()).toBe(0);
  await widget.getByText('my-terrace.jpg').waitFor();
  expect(await violations(page)).toEqual([]);
  await button(widget, 'Accept').click();
  await widget.getByRole('textbox', { name: /Message/ }).waitFor();
  await page.close();
});

it('requests and archived chats are behind doors above the list, and the way back leads to it', async () => {
  const { page, widget } = await harness.show({ state: 'requests', open: false });
  await button(widget, '2 requests').click();
  await widget.getByRole('heading', { name: 'Requests' }).waitFor();
  await expect
    .poll(() => widget.getByRole('heading', { name: 'Requests' }).evaluate((one) => one.matches(':focus')))
    .toBe(true);
  expect(await violations(page)).toEqual([]);
  await widget.getByRole('button', { name: /bartholomew/ }).click();
  await button(widget, 'Block').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await button(widget, '2 requests').waitFor();
  await page.close();
});

it('a blocked person has no composer but a way back, and in a channel their messages wait to be asked for', async () => {
  const { page, widget } = await harness.show({ state: 'blockedPerson' });
  await button(widget, 'Unblock').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.close();
  const channel = await harness.show({ state: 'blockedInChannel' });
  const lines = channel.widget.getByText('whom you have blocked');
  await lines.first().waitFor();
  const before = await lines.count();
  await button(channel.widget, 'Show').first().click();
  await expect.poll(() => lines.count()).toBe(before - 1);
  expect(await violations(channel.page)).toEqual([]);
  await channel.page.close();
});

const CHECKS: readonly (readonly [string, Omit<Scene, 'state'>, readonly [string, string, string]])[] = [
  ['light', {}, ['Details', 'Check it’s bob', 'They differ']],
  ['dark at 320 px', { theme: 'dark', width: 320, height: 640 }, ['Details', 'Check it’s bob', 'They differ']],
  [
    'from right to left',
    { theme: 'dark', lang: 'ar', width: 360, height: 640 },
    ['التفاصيل', 'تأكّد أنه bob', 'مختلفة'],
  ],
];

it.each(CHECKS)(
  'two people compare 12 groups of five digits, which run from left to right, or a code, %s',
  { timeout: patient(60_000) },
  async (_, look, [details, check, differ]) => {
    const { page, widget } = await harness.show({ state: 'unverified', ...look });
    await button(widget, details).click();
    await button(widget, check).click();
    const groups = widget.locator('seal-verify .digits > span');
    await expect.poll(() => groups.count()).toBe(12);
    const texts = await groups.allTextContents();
    expect(texts.every((text) => /^\d{5}$/.test(text))).toBe(true);
    const [first, second] = [await groups.nth(0).boundingBox(), await groups.nth(1).boundingBox()];
    expect(first!.x).toBeLessThan(second!.x);
    await widget.locator('seal-verify svg.qr').waitFor();
    expect(await violations(page)).toEqual([]);
    await button(widget, differ).click();
    await widget.locator('seal-verify .result.bad').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.close();
  },
);

it('the code that is drawn is the one that a reader finds', { timeout: patient(60_000) }, async () => {
  const { page, widget } = await harness.show({ state: 'unverified' });
  await button(widget, 'Details').click();
  await button(widget, 'Check it’s bob').click();
  const code = widget.locator('seal-verify svg.qr');
  await code.waitFor();
  const { decodeQR } = await import('qr/decode.js');
  const picture = await code.screenshot();
  const pixels = await page.evaluate(async (base64) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const canvas = new OffscreenCanvas(image.width * 2, image.height * 2);
    const context = canvas.getContext('2d')!;
    context.imageSmoothingEnabled = false;
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return {
      width: canvas.width,
      height: canvas.height,
      data: [...context.getImageData(0, 0, canvas.width, canvas.height).data],
    };
  }, picture.toString('base64'));
  expect(decodeQR({ ...pixels, data: Uint8Array.from(pixels.data) })).toMatch(/^AV6h[\w-]{147}$/);
  await page.close();
});

it('without a camera a scan says so, and the numbers are still there', async () => {
  const { page, widget } = await harness.show({ state: 'unverified' });
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('none', 'NotFoundError'));
  });
  await button(widget, 'Details').click();
  await button(widget, 'Check it’s bob').click();
  await button(widget, 'Scan a code').click();
  await widget.getByText('There is no camera to use here.').waitFor();
  await button(widget, 'The numbers match').click();
  await widget.getByRole('heading', { name: 'It’s bob', exact: true }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.close();
});

it('a verified person whose keys changed takes two steps, and there is no composer before', async () => {
  const { page, widget } = await harness.show({ state: 'verifiedChanged' });
  await button(widget, 'Check now').click();
  await button(widget, 'The numbers match').waitFor();
  expect(await widget.getByRole('textbox', { name: /Message bob/ }).count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  await page.close();
});

it.each(LOOKS)('what others are told is set in one place, beside the people who are blocked, %s', async (_, look) => {
  const { page, widget } = await harness.show({ state: 'privacy', open: false, ...look });
  await button(widget, 'Settings').click();
  await button(widget, 'Privacy').click();
  const receipts = widget.getByRole('switch', { name: 'Read receipts' });
  await receipts.waitFor();
  expect(await receipts.isChecked()).toBe(true);
  await receipts.click();
  await expect.poll(() => receipts.isChecked()).toBe(false);
  expect(await violations(page)).toEqual([]);
  await button(widget, 'Unblock eve').click();
  await expect.poll(() => button(widget, 'Unblock eve').count()).toBe(0);
  await page.close();
});

it('a chat is blocked or deleted after a question, with the focus on the harmless answer', async () => {
  const { page, widget } = await harness.show({ state: 'archived' });
  await button(widget, 'Details').click();
  await button(widget, 'Block bob').click();
  await expect.poll(() => button(widget, 'Cancel').evaluate((one) => one.matches(':focus'))).toBe(true);
  expect(await violations(page)).toEqual([]);
  await button(widget, 'Cancel').click();
  await expect.poll(() => button(widget, 'Block bob').evaluate((one) => one.matches(':focus'))).toBe(true);
  await page.close();
});

/** A line without what isolates names in it and what keeps it together. */
const plain = (text: string): string =>
  text
    .replace(/[\u2068\u2069]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

const DEVICE_LOOKS: readonly (readonly [string, Omit<Scene, 'state'>])[] = [
  ['light', {}],
  ['dark at 320 px', { theme: 'dark', width: 320, height: 640 }],
  ['right to left', { lang: 'ar' }],
];

it.each(DEVICE_LOOKS)(
  'new devices are lines in their places, those of one moment in one, also before the first message, %s',
  async (_, look) => {
    const { page, widget } = await harness.show({ state: 'deviceLines', ...look });
    const lines = widget.locator('seal-message-list .device');
    await lines.nth(3).waitFor();
    const told = await lines.allInnerTexts();
    expect(told).toHaveLength(4);
    if (look.lang === undefined) {
      const lineTexts = told.map(plain);
      expect(lineTexts[0]).toMatch(/^bob now also reads on a new device · \S/);
      expect(lineTexts[1]).toMatch(/^bob now also reads on 2 new devices ·/);
      expect(lineTexts[2]).toMatch(/^A device of bob can no longer read what is sent here ·/);
      // Of this account the name is known.
      await expect
        .poll(async () => plain(await lines.nth(3).innerText()))
        .toMatch(/Your account has a new device: Chrome, Android ·/);
    }
    const isBefore = await lines.first().evaluate((line) => {
      const first = line.parentElement!.querySelector('.message');
      return first !== null && (line.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
    });
    expect(isBefore).toBe(true);
    expect(await violations(page)).toEqual([]);
    await page.close();
  },
);

it('three lines about devices and more in a row are one, which opens', async () => {
  const { page, widget } = await harness.show({ state: 'deviceLinesFolded', width: 320, height: 640 });
  const lines = widget.locator('seal-message-list .device:visible');
  await lines.nth(0).waitFor();
  expect(await lines.count()).toBe(1);
  expect(plain(await lines.first().innerText())).toMatch(/ · 3 more$/);
  expect(await violations(page)).toEqual([]);
  await lines.first().focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => lines.count()).toBe(4);
  expect(await lines.first().innerText()).not.toMatch(/more/);
  expect(plain(await lines.nth(3).innerText())).toMatch(/came back with new keys/);
  expect(await violations(page)).toEqual([]);
  await page.close();
});
