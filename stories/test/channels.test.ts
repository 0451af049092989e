import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { violations } from './support/axe.ts';
import { openHarness, type Harness, type Scene, type Shown } from './support/harness.ts';
import { patient } from '../../scripts/lib/patience.mjs';

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(() => harness.close());

function button(widget: Locator, name: string): Locator {
  return widget.getByRole('button', { name, exact: true });
}

/** Opens the page where channels are made, or the one where they are found. */
async function openNew(scene: Scene, item: 'Create a channel' | 'Browse channels'): Promise<Shown> {
  const shown = await harness.show(scene);
  await button(shown.widget, 'New').click();
  await shown.widget.getByRole('menuitem', { name: item }).click();
  await shown.widget.getByRole('heading', { name: item }).waitFor();
  return shown;
}

async function openDetails(scene: Scene): Promise<Shown> {
  const shown = await harness.show(scene);
  await button(shown.widget, 'Details').click();
  await shown.widget.getByRole('heading', { name: 'Details' }).waitFor();
  return shown;
}

const hasFocus = (locator: Locator): Promise<boolean> => locator.evaluate((element) => element.matches(':focus'));

it('a person begins something new with the keyboard alone and comes back to where they began', async () => {
  const { page, widget } = await harness.show({ state: 'publicChannels' });
  await button(widget, 'New').focus();
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => hasFocus(widget.getByRole('menuitem').first())).toBe(true);
  await page.keyboard.press('Escape');
  expect(await widget.getByRole('menu').count()).toBe(0);
  expect(await hasFocus(button(widget, 'New'))).toBe(true);
  await page.keyboard.press('Enter');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect.poll(() => hasFocus(widget.getByRole('searchbox', { name: 'Find a channel by name' }))).toBe(true);
  await page.keyboard.press('Escape');
  await expect.poll(() => hasFocus(button(widget, 'New'))).toBe(true);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect.poll(() => hasFocus(widget.getByRole('combobox', { name: 'Find a person' }))).toBe(true);
  await page.close();
});

it('the widget stays with the list when what was chosen cannot be fetched', async () => {
  const { page, widget } = await harness.show({ state: 'firstMessage' });
  await button(widget, 'New').click();
  await page.route('**/assets/**', (route) => route.abort());
  await widget.getByRole('menuitem', { name: 'Create a channel' }).click();
  await widget.getByRole('alert').getByText('The server can’t be reached.').waitFor();
  expect(await widget.getByRole('heading', { name: 'Chats' }).count()).toBe(1);
  await page.close();
});

it('the form of a new channel says at the field what is wrong, and opens the channel when nothing is', async () => {
  const { page, widget } = await openNew({ state: 'channelNameTaken' }, 'Create a channel');
  const name = widget.getByLabel('Name', { exact: true });
  await button(widget, 'Create channel').click();
  await expect.poll(() => name.getAttribute('aria-invalid')).toBe('true');
  expect(await hasFocus(name)).toBe(true);
  await name.fill('spring-launch');
  await name.press('Enter');
  await widget.getByText('A channel with that name already exists.').waitFor();
  await expect.poll(() => hasFocus(name)).toBe(true);
  // What was begun is not lost by a key.
  await page.keyboard.press('Escape');
  expect(await name.inputValue()).toBe('spring-launch');
  await page.close();

  const { page: other, widget: made } = await openNew({ state: 'channel', open: false }, 'Create a channel');
  await made.getByLabel('Name', { exact: true }).fill('spring-launch');
  await made.getByRole('combobox').fill('bo');
  await made.getByRole('option').first().waitFor();
  await other.keyboard.press('Enter');
  await button(made, 'Remove bob').waitFor();
  await button(made, 'Create channel').click();
  await made.getByRole('textbox', { name: 'Message to spring-launch' }).waitFor();
  expect(await made.getByRole('heading', { name: 'Chats' }).count()).toBe(1);
  await other.close();
});

it('public channels are listed page by page and found by name', async () => {
  const { page, widget } = await openNew({ state: 'publicChannels' }, 'Browse channels');
  const rows = widget.locator('seal-browse-channels li');
  await expect.poll(() => rows.count()).toBe(100);
  await button(widget, 'Show more').click();
  await expect.poll(() => rows.count()).toBe(130);
  expect(await button(widget, 'Show more').count()).toBe(0);
  await widget.getByRole('searchbox').fill('crane');
  await expect.poll(() => rows.count()).toBe(15);
  await button(widget, 'Open crane (Joined)').click();
  await widget.getByRole('heading', { name: 'Chats' }).waitFor();
  await page.close();
});

it('the details keep what is under them out of reach, and give the focus back', async () => {
  const { page, widget } = await openDetails({ state: 'channelOwner', width: 360, height: 640 });
  const composer = widget.getByRole('textbox', { name: 'Message to spring-launch' });
  const list = widget.locator('seal-message-list');
  expect(await list.evaluate((element: HTMLElement) => element.inert)).toBe(true);
  await composer.evaluate((element) => element.focus());
  expect(await hasFocus(composer)).toBe(false);
  await page.keyboard.press('Escape');
  await expect.poll(() => hasFocus(button(widget, 'Details'))).toBe(true);
  expect(await list.evaluate((element: HTMLElement) => element.inert)).toBe(false);
  await page.close();

  const { page: wide, widget: both } = await openDetails({ state: 'channelOwner' });
  await both.getByRole('textbox', { name: 'Message to spring-launch' }).fill('while the details are open');
  await wide.setViewportSize({ width: 800, height: 700 });
  await expect
    .poll(() => both.locator('seal-message-list').evaluate((element: HTMLElement) => element.inert))
    .toBe(true);
  await wide.close();
});

it('the widget asks before it removes a member, and says what came of it', async () => {
  const { page, widget } = await openDetails({ state: 'channelOwner' });
  await button(widget, 'Actions for jonas').click();
  await button(widget, 'Remove').click();
  await expect.poll(() => hasFocus(button(widget, 'Cancel'))).toBe(true);
  await page.keyboard.press('Enter');
  await expect.poll(() => hasFocus(button(widget, 'Actions for jonas'))).toBe(true);
  await button(widget, 'Remove').click();
  await widget.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect.poll(() => button(widget, 'Actions for jonas').count()).toBe(0);
  await expect.poll(() => hasFocus(widget.getByRole('heading', { name: 'Members 6' }))).toBe(true);
  await page.close();

  const { page: refused, widget: other } = await openDetails({ state: 'channelForbidden' });
  await button(other, 'Actions for jonas').click();
  await button(other, 'Make admin').click();
  await other.getByRole('alert').getByText('You don’t have permission to do that.').waitFor();
  await refused.close();
});

it('a setting of a conversation changes, and changes back when the server refuses it', async () => {
  const { page, widget } = await openDetails({ state: 'channelOwner' });
  await widget.getByRole('switch', { name: 'Mute' }).click();
  await widget.getByRole('img', { name: 'Muted' }).waitFor();
  await widget.getByLabel('Disappearing messages', { exact: true }).selectOption('1 week');
  await widget.getByRole('img', { name: 'Disappearing messages: 1 week' }).waitFor();
  await button(widget, 'Leave channel').click();
  await widget.getByRole('alertdialog').getByRole('button', { name: 'Leave channel' }).click();
  await widget.getByRole('heading', { name: 'You are no longer in this channel' }).waitFor();
  expect(await widget.getByRole('textbox').count()).toBe(0);
  await page.close();

  const { page: failing, widget: other } = await openDetails({ state: 'channelForbidden' });
  const history = other.getByRole('switch', { name: 'Share history with new members' });
  await history.click();
  await other.getByText('You don’t have permission to do that.').waitFor();
  expect(await history.isChecked()).toBe(false);
  await failing.close();
});

it('invitations are answered, and the focus stays in the list when the last one is gone', async () => {
  const { page, widget } = await harness.show({ state: 'invitations', open: false });
  await widget.getByRole('status').getByText('3 invitations').waitFor({ state: 'attached' });
  await button(widget, 'Decline the invitation to regatta').click();
  await expect.poll(() => hasFocus(widget.getByRole('heading', { name: /Invitations/u }))).toBe(true);
  for (const name of ['night-watch', 'Private channel'])
    await button(widget, `Decline the invitation to ${name}`).click();
  await expect.poll(() => widget.getByRole('heading', { name: /Invitations/u }).count()).toBe(0);
  expect(await hasFocus(widget.locator('seal-invitations'))).toBe(true);
  await page.close();
});

it('the views of channels have touch targets of 44 px', async () => {
  const narrow = { width: 360, height: 640, touch: true };
  const views = [
    () => harness.show({ ...narrow, state: 'invitations', open: false }),
    () => openNew({ ...narrow, state: 'channel', open: false }, 'Create a channel'),
    () => openNew({ ...narrow, state: 'publicChannelFull', open: false }, 'Browse channels'),
    () => openDetails({ ...narrow, state: 'channelOwner' }),
  ];
  for (const open of views) {
    const { page, widget } = await open();
    for (const target of await widget.locator('button:visible, select:visible, label[for]:visible').all()) {
      const box = await target.boundingBox();
      const name = (await target.getAttribute('aria-label')) ?? (await target.innerText());
      if ((await target.evaluate((element) => element.closest('[inert], .field'))) !== null) continue;
      expect(Math.round(box!.height), name).toBeGreaterThanOrEqual(44);
    }
    await page.close();
  }
});

it.each(['light', 'dark'] as const)(
  'every view is accessible in %s colours, also where it is narrow',
  { timeout: patient(120_000) },
  async (theme) => {
    const narrow = { theme, width: 360, height: 640 };
    const views: readonly (readonly [string, () => Promise<Shown>])[] = [
      ['rows', () => harness.show({ ...narrow, state: 'channelRows', open: false })],
      ['create', () => openNew({ theme, state: 'channel' }, 'Create a channel')],
      ['browse', () => openNew({ ...narrow, open: false, state: 'publicChannelFull' }, 'Browse channels')],
      ['details', () => openDetails({ ...narrow, state: 'channelOwner' })],
      ['details of a direct chat', () => openDetails({ theme, state: 'directDetails' })],
    ];
    const found: Record<string, readonly string[]> = {};
    for (const [name, open] of views) {
      const { page } = await open();
      const problems = await violations(page);
      if (problems.length > 0) found[name] = problems;
      await page.close();
    }
    const { page, widget } = await openDetails({ theme, state: 'channelAdmin' });
    await button(widget, 'Actions for jonas').click();
    found['member'] = await violations(page);
    await button(widget, 'Remove').click();
    found['question'] = await violations(page);
    await button(widget, 'Cancel').click();
    await button(widget, 'Add people').click();
    await widget.getByRole('heading', { name: 'Add people' }).waitFor();
    found['people'] = await violations(page);
    await page.close();
    expect(Object.values(found).flat()).toEqual([]);
  },
);
