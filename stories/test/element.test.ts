import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHarness, type Harness } from './support/harness.ts';

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(() => harness.close());

it('the element takes properties that were set before it was defined', async () => {
  const { page } = await harness.show({ state: 'conversations' });
  const theme = await page.evaluate(async () => {
    const early = document.createElement('seal-early') as HTMLElement & { theme?: string };
    early.theme = 'dark';
    document.body.append(early);
    const SealChat = customElements.get('seal-chat')!;
    customElements.define('seal-early', class extends SealChat {});
    await (early as unknown as { updateComplete: Promise<unknown> }).updateComplete;
    return early.getAttribute('theme');
  });
  expect(theme).toBe('dark');
  await page.close();
});

it('the element keeps the open conversation and its draft when it is moved in the page', async () => {
  const { page, widget } = await harness.show({ state: 'conversations' });
  await widget.getByRole('textbox', { name: 'Message to bob' }).fill('begun');
  await page.evaluate(() => {
    const frame = document.createElement('div');
    document.body.append(frame);
    frame.append(document.querySelector('seal-chat')!);
  });
  expect(await widget.getByRole('textbox', { name: 'Message to bob' }).inputValue()).toBe('begun');
  await widget.getByRole('log').getByText('Then see you Monday!').waitFor();
  await page.close();
});

it('a person finds others with the keyboard alone', async () => {
  const { page, widget } = await harness.show({ state: 'conversations', open: false });
  await widget.getByRole('combobox', { name: 'Find a person' }).focus();
  await page.keyboard.type('bo');
  await widget.getByRole('option').nth(2).waitFor();
  const selected = widget.locator('[role=option][aria-selected=true]');
  expect(await selected.innerText()).toContain('bob');
  await page.keyboard.press('ArrowDown');
  expect(await selected.innerText()).toContain('bobby');
  await page.keyboard.press('Escape');
  expect(await widget.getByRole('option').count()).toBe(0);
  await page.keyboard.type('bo');
  await widget.getByRole('option').first().waitFor();
  await page.keyboard.press('Enter');
  await widget.getByRole('textbox', { name: 'Message to bob' }).waitFor();
  await page.close();
});

it('the element shows one pane where it is narrow, and goes back to the row that was left', async () => {
  const { page, widget } = await harness.show({ state: 'conversations', width: 360, height: 640 });
  const rows = widget.locator('seal-conversation-list').getByRole('button');
  expect(await rows.count()).toBe(0);
  await widget.getByRole('button', { name: 'Back' }).click();
  expect(await rows.count()).toBe(6);
  await expect.poll(() => rows.first().evaluate((row) => row.matches(':focus'))).toBe(true);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await widget.getByRole('textbox', { name: 'Message to mira.lindqvist' }).waitFor();
  await page.close();
});

it('the element has touch targets of 44 px', async () => {
  for (const scene of [
    { state: 'failed', open: true },
    { state: 'offline', open: false },
    { state: 'signIn', open: false },
  ] as const) {
    const { page, widget } = await harness.show({ ...scene, width: 360, height: 640, touch: true });
    expect(await page.evaluate(() => matchMedia('(pointer: coarse)').matches)).toBe(true);
    for (const button of await widget.getByRole('button').all()) {
      const box = await button.boundingBox();
      const name = `${scene.state}: ${(await button.innerText()) || (await button.getAttribute('aria-label'))}`;
      expect(Math.round(box!.height), name).toBeGreaterThanOrEqual(44);
      expect(Math.round(box!.width), name).toBeGreaterThanOrEqual(44);
    }
    await page.close();
  }
});

it('has targets of 24 px or more for a pointer', async () => {
  for (const state of ['failed', 'offline', 'signIn', 'rich', 'files'] as const) {
    const { page, widget } = await harness.show({ state, width: 360, height: 640 });
    for (const button of await widget.getByRole('button').all()) {
      const box = await button.boundingBox();
      expect(Math.min(Math.round(box!.height), Math.round(box!.width)), state).toBeGreaterThanOrEqual(24);
    }
    await page.close();
  }
});
