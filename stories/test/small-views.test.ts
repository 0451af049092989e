import { readFile } from 'node:fs/promises';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { violations } from './support/axe.ts';
import { openHarness, type Harness } from './support/harness.ts';

/** Views around devices and keys, as they are seen and gone through on the smallest screen. */

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(() => harness.close());

const SMALL = { width: 320, height: 640 } as const;

const button = (widget: Locator, name: string): Locator => widget.getByRole('button', { name, exact: true });
const isFocused = (one: Locator): Promise<boolean> => one.evaluate((element) => element.matches(':focus'));

/** Whether all of an element's text is inside the screen and inside the element. */
const isWhole = (one: Locator): Promise<boolean> =>
  one.evaluate((element) => {
    const { left, right } = element.getBoundingClientRect();
    return left >= 0 && right <= innerWidth && element.scrollWidth <= element.clientWidth;
  });

it.each(['newDevice', 'unfinishedRemoval'] as const)(
  'the line about devices leads to their heading, and Escape back to the conversation, %s',
  async (state) => {
    const { page, widget } = await harness.show({ state, ...SMALL });
    const door = button(widget, 'Look at devices');
    expect(await isWhole(door)).toBe(true);
    await door.focus();
    await page.keyboard.press('Enter');
    const heading = widget.getByRole('heading', { name: 'Settings' });
    await heading.waitFor();
    await expect.poll(() => isFocused(heading)).toBe(true);
    await page.keyboard.press('Escape');
    await expect.poll(() => isFocused(widget.getByRole('heading', { name: 'bob' }))).toBe(true);
    await page.close();
  },
);

it('what can be done about a device stands below its name where both do not fit beside each other', async () => {
  const { page, widget } = await harness.show({ state: 'newDevice', ...SMALL });
  await button(widget, 'Look at devices').click();
  const name = widget.getByText('Chrome, Android');
  await name.waitFor();
  // One line of text, and not one letter on each.
  expect(await name.evaluate((element) => element.getClientRects().length)).toBe(1);
  expect(await isWhole(widget.getByRole('button', { name: /^This was not me/ }))).toBe(true);
  expect(await violations(page)).toEqual([]);
  await page.close();
});

it('a device is linked from a page whose heading has the focus', async () => {
  const { page, widget } = await harness.show({ state: 'compareOld', open: false, ...SMALL });
  await button(widget, 'Settings').click();
  await button(widget, 'Link a new device').focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => isFocused(widget.getByRole('heading', { name: 'Link a new device' }))).toBe(true);
  expect(await violations(page)).toEqual([]);
  await page.close();
});

it('after “Check now” the focus is on the numbers, and not on the answer to them', async () => {
  const { page, widget } = await harness.show({ state: 'verifiedChanged', ...SMALL });
  await button(widget, 'Check now').focus();
  await page.keyboard.press('Enter');
  const numbers = widget.getByRole('group', { name: 'Safety number' });
  await expect.poll(() => isFocused(numbers)).toBe(true);
  const tops = await numbers
    .locator('span')
    .evaluateAll((groups) => groups.map((one) => one.getBoundingClientRect().y));
  // Three lines of four.
  expect(new Set(tops).size).toBe(3);
  expect(tops.filter((top) => top === tops[0])).toHaveLength(4);
  await page.close();
});

it('a recovery code is shown in groups, four a line, below the heading that has the focus, copied with hyphens, and saved as a text', async () => {
  const { page, widget } = await harness.show({ state: 'recoveryCode', ...SMALL });
  expect(await isFocused(widget.getByRole('heading', { name: 'Save your recovery code' }))).toBe(true);
  const groups = widget.locator('#code > span');
  expect(await groups.allTextContents()).toEqual(['7KQ4', 'M2XV', '9TCD', 'E5RW', '0HJB', '3NPZ', '8CGY']);
  const tops = await groups.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().y));
  expect(tops.filter((top) => top === tops[0])).toHaveLength(4);
  await page.evaluate(() => {
    const keep = (text: string): Promise<void> => Promise.resolve(void (document.title = text));
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: keep } });
  });
  await button(widget, 'Copy').click();
  await expect.poll(() => page.title()).toBe('7KQ4-M2XV-9TCD-E5RW-0HJB-3NPZ-8CGY');
  const saving = page.waitForEvent('download');
  await widget.getByRole('link', { name: 'Save' }).click();
  const file = await saving;
  expect(file.suggestedFilename()).toBe('recovery-code.txt');
  expect(await readFile(await file.path(), 'utf8')).toContain('\n7KQ4-M2XV-9TCD-E5RW-0HJB-3NPZ-8CGY\n');
  expect(await violations(page)).toEqual([]);
  await page.close();
});

const PLACES: readonly (readonly [string, boolean, string])[] = [
  ['the list', false, 'en'],
  ['the list from right to left', false, 'ar'],
  ['the conversation', true, 'en'],
  ['the conversation from right to left', true, 'ar'],
];

it.each(PLACES)(
  'a long name is clipped at the end of its own direction, and the sign beside it is whole, in %s',
  async (_, open, lang) => {
    const { page, widget } = await harness.show({ state: 'verifiedLongName', open, lang, ...SMALL });
    const sign = widget.locator('.shield:visible');
    await sign.waitFor();
    const place = widget.locator('bdi:visible', { hasText: /^bartholomew/ });
    const box = await place.evaluate((element) => ({
      direction: getComputedStyle(element).direction,
      isClipped: element.scrollWidth > element.clientWidth,
    }));
    expect(box).toEqual({ direction: 'ltr', isClipped: true });
    const [name, around] = await Promise.all([place.boundingBox(), sign.boundingBox()]);
    expect(around!.width).toBeGreaterThan(14);
    // Beside it, whole and on the screen.
    const distance = lang === 'ar' ? name!.x - around!.x - around!.width : around!.x - name!.x - name!.width;
    expect(distance).toBeGreaterThanOrEqual(0);
    expect(around!.x).toBeGreaterThanOrEqual(0);
    expect(around!.x + around!.width).toBeLessThanOrEqual(320);
    const isOnTop = await sign.evaluate((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      const root = element.getRootNode() as ShadowRoot;
      return element.contains(root.elementFromPoint(x + width / 2, y + height / 2));
    });
    expect(isOnTop).toBe(true);
    await page.close();
  },
);

it('a word longer than the screen is broken, not cut off', async () => {
  const { page, widget } = await harness.show({ state: 'recoveryCode', ...SMALL, lang: 'de' });
  const heading = widget.getByRole('heading', { level: 2 });
  const { x, width } = (await heading.boundingBox())!;
  expect(x + width).toBeLessThanOrEqual(SMALL.width);
  expect(await heading.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0);
  await page.close();
});
