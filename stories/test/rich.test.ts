import { afterAll, beforeAll, expect, it } from 'vitest';
import { violations } from './support/axe.ts';
import { openHarness, type Harness } from './support/harness.ts';

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(() => harness.close());

it('an answer leads to the message it answers, which is marked', async () => {
  const { page, widget } = await harness.show({ state: 'rich' });
  const original = widget.locator('.message').first();
  // The mark goes after a moment, so it is noted when it comes.
  await original.evaluate((row) => {
    new MutationObserver(() => row.matches(':focus.marked') && row.setAttribute('data-seen', 'marked')).observe(row, {
      attributeFilter: ['class'],
    });
  });
  await widget.getByRole('button', { name: 'Shall we take berth 14' }).click();
  await expect.poll(() => original.getAttribute('data-seen')).toBe('marked');
  expect(await original.evaluate((row) => row.matches(':focus'))).toBe(true);
  // What is not on this device leads nowhere.
  expect(await widget.getByRole('button', { name: 'isn’t on this device' }).isDisabled()).toBe(true);
  await page.close();
});

it('a reaction is switched on and off, and says who reacted', async () => {
  const { page, widget } = await harness.show({ state: 'rich' });
  const chip = widget.getByRole('button', { name: '👍 bob' });
  expect(await chip.getAttribute('aria-pressed')).toBe('false');
  await chip.click();
  const both = widget.getByRole('button', { name: '👍 bob and You' });
  expect(await both.getAttribute('aria-pressed')).toBe('true');
  expect(await both.locator('.count').innerText()).toBe('2');
  await both.click();
  await chip.waitFor();
  await page.close();
});

it('the menu of a message is opened, walked through and left with the keyboard alone', async () => {
  const { page, widget } = await harness.show({ state: 'rich' });
  const message = widget.locator('.message').nth(1);
  await message.focus();
  await widget.getByRole('toolbar').waitFor();
  await page.keyboard.press('Enter');
  const menu = widget.getByRole('menu');
  await menu.waitFor();
  expect(await violations(page)).toEqual([]);
  await expect
    .poll(() => widget.getByRole('menuitemcheckbox', { name: '👍' }).evaluate((item) => item.matches(':focus')))
    .toBe(true);
  await page.keyboard.press('End');
  await expect
    .poll(() => widget.getByRole('menuitem', { name: 'Delete…' }).evaluate((item) => item.matches(':focus')))
    .toBe(true);
  await page.keyboard.press('ArrowDown');
  await expect
    .poll(() => widget.getByRole('menuitemcheckbox', { name: '👍' }).evaluate((item) => item.matches(':focus')))
    .toBe(true);
  await page.keyboard.press('Escape');
  await expect.poll(() => menu.count()).toBe(0);
  await expect.poll(() => message.evaluate((row) => row.matches(':focus'))).toBe(true);
  // The conversation below has not heard of it.
  expect(await widget.getByRole('log').count()).toBe(1);
  await page.close();
});

it('a person reacts with an emoji of the picker', async () => {
  const { page, widget } = await harness.show({ state: 'rich' });
  await widget.locator('.message').first().hover();
  await widget.getByRole('button', { name: 'React' }).click();
  await widget.getByRole('dialog', { name: 'More emoji' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await widget.getByRole('button', { name: '🦭' }).click();
  await widget.getByRole('button', { name: '🦭 You' }).waitFor();
  await page.close();
});

it('the widget asks before it deletes, and offers to delete for everyone only what may be', async () => {
  const { page, widget } = await harness.show({ state: 'rich' });
  await widget.locator('.message').first().focus();
  await widget.getByRole('toolbar').waitFor();
  await page.keyboard.press('Delete');
  await widget.getByRole('heading', { name: 'Delete this message?' }).waitFor();
  expect(await widget.getByRole('button', { name: 'Delete for everyone' }).count()).toBe(0);
  await page.keyboard.press('Escape');
  expect(
    await widget
      .locator('.message')
      .first()
      .evaluate((row) => row.matches(':focus')),
  ).toBe(true);

  await widget.locator('.message').nth(1).focus();
  await page.keyboard.press('Delete');
  expect(await violations(page)).toEqual([]);
  await widget.getByRole('button', { name: 'Delete for everyone' }).click();
  await expect.poll(() => widget.locator('.message').nth(1).innerText()).toContain('This message was deleted.');
  await widget.locator('.message').first().focus();
  await page.keyboard.press('Delete');
  await widget.getByRole('button', { name: 'Delete for me' }).click();
  await expect.poll(() => widget.getByText('Shall we take berth 14').count()).toBe(0);
  await page.close();
});

it('admins may delete what others wrote, and members may not', async () => {
  const admin = await harness.show({ state: 'richChannel' });
  await admin.widget.getByText('If the wind lets us.').click();
  await admin.widget.getByRole('toolbar').waitFor();
  await admin.page.keyboard.press('Delete');
  await admin.widget.getByRole('button', { name: 'Delete for everyone' }).waitFor();
  await admin.page.close();

  const member = await harness.show({ state: 'channel' });
  await member.widget.getByText('And we ten').click();
  await member.widget.getByRole('toolbar').waitFor();
  await member.page.keyboard.press('Delete');
  await member.widget.getByRole('button', { name: 'Delete for me' }).waitFor();
  expect(await member.widget.getByRole('button', { name: 'Delete for everyone' }).count()).toBe(0);
  await member.page.close();
});

it('the menu offers nothing that writes where nothing can be written', async () => {
  const { page, widget } = await harness.show({ state: 'revoked' });
  await widget.locator('.message').last().focus();
  await widget.getByRole('toolbar').waitFor();
  await page.keyboard.press('Enter');
  await widget.getByRole('menuitem', { name: 'Copy text' }).waitFor();
  expect(await widget.getByRole('menuitem').allInnerTexts()).toEqual(['Copy text', 'Delete…']);
  await page.close();
});

it('only mentions of real members are marked', async () => {
  const { page, widget } = await harness.show({ state: 'richChannel' });
  expect(await widget.locator('.mention').allInnerTexts()).toEqual(['@alice', '@bob']);
  expect(await widget.locator('.mention.self').allInnerTexts()).toEqual(['@alice']);
  await page.close();
});

it('the list says which messages the server kept back, where they are missing', async () => {
  const { page, widget } = await harness.show({ state: 'missingMessages' });
  await widget.getByText('2 messages weren’t delivered').waitFor();
  const order = await widget
    .locator('#rows > :is(.message, .missing)')
    .evaluateAll((rows) => rows.map((row) => /one|two|three|\d/.exec(row.textContent)![0]));
  expect(order).toEqual(['one', '2', 'two', 'three', '1']);
  await page.close();
});

it('a person joins from an invitation, and is told why when that fails', async () => {
  const { page, widget } = await harness.show({ state: 'invitationCards' });
  await widget.getByText('This invitation is no longer open.').waitFor();
  await widget.getByText('You are in this channel.').waitFor();
  expect(await widget.getByRole('button', { name: 'Join' }).count()).toBe(2);
  await page.close();
});

it('an invitation says whose word the name of its channel is, until the person is in the channel', async () => {
  const { page, widget } = await harness.show({ state: 'invitationCards' });
  await widget.getByText('Invitation to tides').waitFor();
  const cards = await widget.locator('seal-invitation').all();
  const said = cards.map(async (card) => [
    await card.locator('b').innerText(),
    ...(await card.locator('.outcome').allInnerTexts()),
  ]);
  expect(await Promise.all(said)).toEqual([
    ['Invitation to night-watch', 'That is what bob calls it.'],
    ['Invitation to berths', 'You are in this channel.'],
    ['Invitation to tides', 'That is what bob calls it.', 'This invitation is no longer open.'],
    // There is no name that anybody could be said to have used.
    ['Invitation to …'],
    ['You sent an invitation to regatta'],
  ]);
  await page.close();
});

it('the menu opens under a finger that rests, and not under one that scrolls', async () => {
  const { page, widget } = await harness.show({ state: 'rich' });
  const message = widget.locator('.message').nth(1);
  await message.hover();
  await widget.getByRole('toolbar').waitFor();
  const touch = { pointerType: 'touch', bubbles: true, clientX: 400, clientY: 300 };
  await message.dispatchEvent('pointerdown', touch);
  await message.dispatchEvent('pointermove', { ...touch, clientY: 360 });
  await message.dispatchEvent('pointerdown', touch);
  await message.dispatchEvent('pointerup', touch);
  await message.dispatchEvent('pointerdown', touch);
  await widget.getByRole('menu').waitFor();
  await widget.getByRole('menuitem', { name: 'Edit' }).click();
  expect(await widget.getByRole('textbox').inputValue()).toBe('Fourteen. It has the better ladder.');
  await page.close();
});

it('a right click opens the menu, and links keep the menu of the browser', async () => {
  const { page, widget } = await harness.show({ state: 'conversations' });
  await widget.locator('.message').first().hover();
  await widget.getByRole('toolbar').waitFor();
  await widget.getByRole('link').first().click({ button: 'right' });
  expect(await widget.getByRole('menu').count()).toBe(0);
  await widget.getByText('Will do').click({ button: 'right' });
  await widget.getByRole('menuitem', { name: 'Reply' }).click();
  await widget.getByText('Reply to bob').waitFor();
  await page.close();
});
