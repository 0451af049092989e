import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHarness, type Harness } from './support/harness.ts';

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(() => harness.close());

it('sends with Enter, makes a line with Shift+Enter, and leaves Enter to input methods', async () => {
  const { page, widget } = await harness.show({ state: 'firstMessage' });
  const field = widget.getByRole('textbox', { name: 'Message to bob' });
  const messages = widget.locator('.message');
  await field.pressSequentially('one');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('two');
  expect(await field.inputValue()).toBe('one\ntwo');
  await field.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true });
  await field.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true });
  expect(await messages.count()).toBe(0);
  await page.keyboard.press('Enter');
  await expect.poll(() => messages.count()).toBe(1);
  expect(await field.inputValue()).toBe('');
  await page.close();
});

it('grows with its text up to a limit, and never wider than the widget', async () => {
  const { page, widget } = await harness.show({ state: 'firstMessage', width: 360, height: 640 });
  const field = widget.getByRole('textbox', { name: 'Message to bob' });
  const height = async (): Promise<number> => (await field.boundingBox())!.height;
  const empty = await height();
  await field.fill('line\nline\nline');
  expect(await height()).toBeGreaterThan(empty * 1.5);
  await field.fill(`${'x'.repeat(400)}\n`.repeat(40));
  expect(await height()).toBeLessThan(260);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await page.close();
});

it('says how much is left only near the limit, and sends nothing beyond it', async () => {
  const { page, widget } = await harness.show({ state: 'firstMessage' });
  const field = widget.getByRole('textbox', { name: 'Message to bob' });
  const send = widget.getByRole('button', { name: 'Send' });
  expect(await send.isDisabled()).toBe(true);
  await field.fill('x'.repeat(15_000));
  expect(await widget.getByText(/left/).count()).toBe(0);
  await field.fill('x'.repeat(16_380));
  await widget.getByText('4 characters left').waitFor();
  await field.fill('x'.repeat(16_385));
  await widget.getByText('1 character too long').waitFor();
  expect(await send.isDisabled()).toBe(true);
  await page.close();
});

it('keeps what was begun in each chat', async () => {
  const { page, widget } = await harness.show({ state: 'conversations' });
  const list = widget.locator('seal-conversation-list').getByRole('button');
  await widget.getByRole('textbox').fill('for bob');
  await list.filter({ hasText: 'jonas' }).click();
  const field = widget.getByRole('textbox', { name: 'Message to jonas' });
  await field.waitFor();
  expect(await field.inputValue()).toBe('');
  await list.filter({ hasText: 'bob' }).getByText('Draft:').waitFor();
  await list.filter({ hasText: 'bob' }).click();
  expect(await widget.getByRole('textbox', { name: 'Message to bob' }).inputValue()).toBe('for bob');
  await page.close();
});
