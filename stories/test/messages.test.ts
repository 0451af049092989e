import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHarness, type Harness } from './support/harness.ts';
import { patient } from '../../scripts/lib/patience.mjs';

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(() => harness.close());

/** How far the list is from its end, px. */
function distanceFromEnd(widget: Locator): Promise<number> {
  return widget.getByRole('log').evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
}

it('the list opens at the end, and follows what is sent', async () => {
  const { page, widget } = await harness.show({ state: 'history' });
  await expect.poll(() => distanceFromEnd(widget)).toBeLessThan(2);
  await widget.getByRole('textbox', { name: 'Message to bob' }).fill('one more\nwith two lines');
  await page.keyboard.press('Enter');
  await widget.getByText('one more').last().waitFor();
  await expect.poll(() => distanceFromEnd(widget)).toBeLessThan(2);
  await page.close();
});

it('the list stays at the end when the window becomes smaller or the composer grows', async () => {
  const { page, widget } = await harness.show({ state: 'history' });
  await page.setViewportSize({ width: 1000, height: 420 });
  await expect.poll(() => distanceFromEnd(widget)).toBeLessThan(2);
  await widget.getByRole('textbox', { name: 'Message to bob' }).fill('line\n'.repeat(6));
  await expect.poll(() => distanceFromEnd(widget)).toBeLessThan(2);
  await page.close();
});

it('older messages are added above without moving what the person looks at', async () => {
  const { page, widget } = await harness.show({ state: 'history' });
  const log = widget.getByRole('log');
  const messages = widget.locator('.message');
  const before = await messages.count();
  // To the upper edge at once: where the browser's own anchoring would not help.
  const watched = await log.evaluate((element) => {
    element.scrollTop = 0;
    const first = element.querySelector('.message');
    return { key: first?.getAttribute('data-key'), top: first?.getBoundingClientRect().top };
  });
  await expect.poll(() => messages.count()).toBeGreaterThan(before);
  const top = await log.evaluate(
    (element, key) => element.querySelector(`[data-key="${key}"]`)?.getBoundingClientRect().top,
    watched.key,
  );
  expect(Math.abs(top! - watched.top!)).toBeLessThan(2);
  await page.close();
});

it('a message that the pointer comes to stays under it, also a little above the end', async () => {
  const { page, widget } = await harness.show({ state: 'history' });
  const log = widget.getByRole('log');
  await expect.poll(() => distanceFromEnd(widget)).toBeLessThan(2);
  await log.evaluate((element) => element.scrollBy(0, -20));
  await widget.locator('.message .bubble').nth(-3).hover();
  await widget.getByRole('toolbar').locator('button').first().waitFor();
  expect(await distanceFromEnd(widget)).toBeGreaterThan(18);
  await page.close();
});

it('what a person looks at stays in its place when something above it grows', async () => {
  const { page, widget } = await harness.show({ state: 'history' });
  const log = widget.getByRole('log');
  await expect.poll(() => distanceFromEnd(widget)).toBeLessThan(2);
  await log.evaluate((element) => element.scrollBy(0, -400));
  await widget.getByRole('button', { name: 'Go to the latest message' }).waitFor();
  const watched = widget.locator('.message').nth(-12);
  const before = await watched.boundingBox();
  const end = await log.evaluate((element) => {
    (element.querySelector('.message') as HTMLElement).style.paddingBlockEnd = '150px';
    return element.scrollHeight - element.clientHeight;
  });
  // The sizes are looked at after the next layout.
  await expect.poll(() => log.evaluate((element) => element.scrollTop)).toBeGreaterThan(end - 450);
  expect(Math.abs((await watched.boundingBox())!.y - before!.y)).toBeLessThan(2);
  await page.close();
});

it('a person reaches the very first message, however many there are', { timeout: patient(60_000) }, async () => {
  const { page, widget } = await harness.show({ state: 'thousandMessages' });
  const log = widget.getByRole('log');
  expect(await widget.locator('.message').count()).toBeLessThan(200);
  await expect
    .poll(
      async () => {
        await log.evaluate((element) => element.scrollTo({ top: 0 }));
        return widget.locator('.beginning').count();
      },
      { timeout: patient(30_000) },
    )
    .toBe(1);
  expect(await widget.locator('.message').count()).toBe(1000);
  await widget.getByRole('button', { name: 'Go to the latest message' }).click();
  await expect.poll(() => distanceFromEnd(widget)).toBeLessThan(2);
  await page.close();
});

it('a person who goes to the top while older messages load gets the next ones without scrolling again', async () => {
  const { page, widget } = await harness.show({ state: 'slowHistory' });
  const log = widget.getByRole('log');
  const goToTop = () => log.evaluate((element) => element.scrollTo({ top: 0 }));
  const countAtTop = async () => {
    await goToTop();
    return widget.locator('.message').count();
  };
  await expect.poll(countAtTop).toBe(100);
  await goToTop();
  // All that has come is on the page, and the list takes no order for more yet.
  expect(await log.getAttribute('aria-busy')).toBe('true');
  await expect.poll(() => widget.locator('.message').count()).toBeGreaterThan(100);
  await page.close();
});

it('the list begins where the unread messages begin', async () => {
  const { page, widget } = await harness.show({ state: 'unread', height: 360 });
  const divider = widget.getByRole('separator');
  await expect.poll(() => divider.innerText()).toBe('4 new messages');
  const [edge, line] = await Promise.all([widget.getByRole('log').boundingBox(), divider.boundingBox()]);
  expect(line!.y - edge!.y).toBeGreaterThanOrEqual(0);
  expect(line!.y - edge!.y).toBeLessThan(60);
  await page.close();
});

it('the arrow keys walk through the list, which is one tab stop', async () => {
  const { page, widget } = await harness.show({ state: 'conversations' });
  const last = widget.locator('.message').last();
  await last.focus();
  const label = (): Promise<string | null> => widget.locator('.message:focus').getAttribute('aria-label');
  expect(await label()).toMatch(/^You: Eight thirty at the gate\?, .+, Delivered$/);
  await page.keyboard.press('ArrowUp');
  expect(await label()).toMatch(/^You: Then see you Monday!, .+, Read$/);
  await page.keyboard.press('Home');
  expect(await label()).toMatch(/^bob: Did the harbour office write back/);
  expect(await widget.locator('.message[tabindex="0"]').count()).toBe(1);
  await page.close();
});

it('the list shows text as text, and opens only web addresses', async () => {
  const { page, widget } = await harness.show({ state: 'firstMessage' });
  const nasty = '<img src=x onerror=alert(1)> javascript:alert(2) https://example.org/';
  await widget.getByRole('textbox', { name: 'Message to bob' }).fill(nasty);
  await page.keyboard.press('Enter');
  await expect.poll(() => widget.locator('.message .text').innerText()).toBe(nasty);
  expect(await widget.locator('.message img').count()).toBe(0);
  const link = widget.locator('.message a');
  expect(await link.count()).toBe(1);
  expect(await link.getAttribute('href')).toBe('https://example.org/');
  expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
  await page.close();
});
