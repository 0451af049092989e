import { expect } from 'vitest';
import { create } from '../support/channel.ts';
import { act, message, react } from '../support/messages.ts';
import { test } from '../support/test.ts';
import { composer, find, openChat, row, send } from '../support/widget.ts';

test('replies, changes, reactions and deletions in a channel reach every member', async ({ person }) => {
  const [alice, bob] = await Promise.all([person('alice'), person('bob')]);
  await create(alice.widget, { name: 'workshop', isPublic: false, people: ['bob'] });
  await send(alice.widget, 'Shall we meet at six?');
  await row(bob.widget, 'workshop').click();
  await message(bob.widget, 'Shall we meet at six?').waitFor();

  await act(bob.widget, 'Shall we meet at six?', 'Reply');
  await send(bob.widget, 'Six suits me');
  const answer = message(alice.widget, 'Six suits me');
  await answer.getByRole('button', { name: 'Shall we meet at six?' }).waitFor();

  await react(alice.widget, 'Six suits me', '👍');
  await message(bob.widget, 'Six suits me').getByTitle('👍 alice').waitFor();
  await message(bob.widget, 'Six suits me').getByTitle('👍 alice').click();
  await expect.poll(() => message(alice.widget, 'Six suits me').locator('.reaction .count').innerText()).toBe('2');

  await act(alice.widget, 'Shall we meet at six?', 'Edit');
  expect(await composer(alice.widget).inputValue()).toBe('Shall we meet at six?');
  await composer(alice.widget).fill('Shall we meet at seven?');
  await composer(alice.widget).press('Enter');
  await message(bob.widget, 'Shall we meet at seven?').getByText('edited').waitFor();

  await act(bob.widget, 'Six suits me', 'Delete…');
  await bob.widget.getByRole('dialog').getByRole('button', { name: 'Delete for everyone' }).click();
  for (const { widget } of [alice, bob]) {
    await widget.locator('.message').getByText('This message was deleted.').waitFor();
    expect(await widget.locator('.message', { hasText: 'Six suits me' }).count()).toBe(0);
  }
});

test('what was done to messages survives a reload', async ({ person }) => {
  const [carol, dave] = await Promise.all([person('carol'), person('dave')]);
  await find(carol.widget, 'dave');
  await send(carol.widget, 'one');
  await openChat(dave.widget, 'carol');
  await react(dave.widget, 'one', '❤️');
  await act(dave.widget, 'one', 'Reply');
  await send(dave.widget, 'two');
  await message(carol.widget, 'two').waitFor();

  for (const device of [carol, dave]) {
    await device.page.reload();
    await openChat(device.widget, device.name === 'carol' ? 'dave' : 'carol');
    await message(device.widget, 'one').locator('.reaction').waitFor();
    await message(device.widget, 'two').getByRole('button', { name: 'one' }).waitFor();
  }
});
