import { afterAll, beforeAll, expect, it } from 'vitest';
import { violations } from './support/axe.ts';
import { openHarness, type Harness } from './support/harness.ts';

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(() => harness.close());

it('the composer sends with Enter, makes a line with Shift+Enter, and leaves Enter to input methods', async () => {
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

it('the composer grows with its text up to a limit, and never wider than the widget', async () => {
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

it('the composer says how much is left only near the limit, and sends nothing beyond it', async () => {
  const { page, widget } = await harness.show({ state: 'firstMessage' });
  const field = widget.getByRole('textbox', { name: 'Message to bob' });
  const send = widget.getByRole('button', { name: 'Send', exact: true });
  await field.fill(' ');
  expect(await widget.locator('[part=send-button]').isDisabled()).toBe(true);
  await field.fill('x'.repeat(15_000));
  expect(await widget.getByText(/left/).count()).toBe(0);
  await field.fill('x'.repeat(16_380));
  await widget.getByText('4 characters left').waitFor();
  await field.fill('x'.repeat(16_385));
  await widget.getByText('1 character too long').waitFor();
  expect(await send.isDisabled()).toBe(true);
  await page.close();
});

it('the composer keeps the draft of each chat', async () => {
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

it('the composer answers the chosen message until the answer is given up', async () => {
  const { page, widget } = await harness.show({ state: 'rich' });
  await widget.locator('.message').first().focus();
  await widget.getByRole('toolbar').waitFor();
  await widget.getByRole('button', { name: 'Attach files' }).waitFor();
  await page.keyboard.press('r');
  await widget.getByText('Reply to bob').waitFor();
  await expect.poll(() => widget.getByRole('textbox').evaluate((field) => field.matches(':focus'))).toBe(true);
  await page.keyboard.press('Escape');
  expect(await widget.getByText('Reply to bob').count()).toBe(0);
  await widget.getByRole('log').waitFor();

  await widget.locator('.message').first().hover();
  await widget.getByRole('button', { name: 'Reply', exact: true }).click();
  await page.keyboard.type('Fourteen');
  await page.keyboard.press('Enter');
  const sent = widget.locator('.message').last();
  await expect.poll(() => sent.locator('.quote').innerText()).toContain('Shall we take berth 14');
  expect(await sent.getAttribute('aria-label')).toMatch(/^You: in reply to bob, Fourteen/);
  expect(await widget.getByText('Reply to bob').count()).toBe(0);
  await page.close();
});

it('the up arrow edits the last message of this person, and the earlier draft comes back', async () => {
  const { page, widget } = await harness.show({ state: 'rich' });
  const field = widget.getByRole('textbox');
  await widget.getByRole('button', { name: 'Attach files' }).waitFor();
  await field.focus();
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => field.inputValue()).toBe('Agreed');
  await page.keyboard.press('Escape');
  expect(await field.inputValue()).toBe('');

  await field.fill('begun');
  await widget.locator('.message').last().focus();
  await widget.getByRole('toolbar').waitFor();
  await page.keyboard.press('e');
  await expect.poll(() => field.inputValue()).toBe('Agreed');
  await field.fill('Agreed, then');
  await widget.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => widget.locator('.message').last().innerText()).toContain('Agreed, then');
  expect(await field.inputValue()).toBe('begun');
  await page.close();
});

it('the composer offers the people of a channel after an @, with the keyboard', async () => {
  const { page, widget } = await harness.show({ state: 'richChannel' });
  const field = widget.getByRole('textbox');
  await widget.getByRole('button', { name: 'Attach files' }).waitFor();
  await field.pressSequentially('ask @');
  await widget.getByRole('option', { name: 'jonas' }).waitFor();
  expect(await widget.getByRole('option').count()).toBe(5);
  await page.keyboard.type('m');
  await expect.poll(() => widget.locator('[role=option] bdi').allInnerTexts()).toEqual(['mira.lindqvist']);
  expect(await field.getAttribute('aria-activedescendant')).toBe('mention-0');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Enter');
  expect(await field.inputValue()).toBe('ask @mira.lindqvist ');
  await page.keyboard.type('or mail@jonas');
  expect(await widget.getByRole('option').count()).toBe(0);
  await page.keyboard.press('Enter');
  await expect
    .poll(() => widget.locator('.message').last().locator('.mention').allInnerTexts())
    .toEqual(['@mira.lindqvist']);
  await page.close();
});

it('the composer records a voice note, shows how long it is, and sends it', async () => {
  const { page, widget } = await harness.show({ state: 'rich' });
  await widget.getByRole('button', { name: 'Record a voice note' }).click();
  await widget.getByRole('group', { name: 'Recording' }).waitFor();
  await expect.poll(() => widget.getByRole('timer').innerText()).toBe('0:01');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  expect(await widget.getByRole('group', { name: 'Recording' }).count()).toBe(0);

  await widget.getByRole('button', { name: 'Record a voice note' }).click();
  await expect.poll(() => widget.getByRole('timer').innerText()).toBe('0:01');
  await widget.getByRole('button', { name: 'Send voice note' }).click();
  await expect.poll(() => widget.locator('.message').last().locator('.voice .time').innerText()).toBe('0:01');
  await page.close();
});
