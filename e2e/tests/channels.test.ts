import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { begin, create, pick } from '../support/channel.ts';
import { test } from '../support/test.ts';
import { composer, expectTexts, find, openChat, row, send, texts, widgetOf } from '../support/widget.ts';

/** Opens the details of the open channel, unless they are. */
async function openDetails(widget: Locator): Promise<void> {
  await widget.getByRole('button', { name: 'Details', exact: true }).click();
  await widget.getByRole('heading', { name: 'Details' }).waitFor();
}

/** What people have written in the open chat, without what merely happened. */
async function expectSaid(widget: Locator, expected: readonly string[]): Promise<void> {
  await expect.poll(async () => (await texts(widget)).filter((text) => expected.includes(text))).toEqual(expected);
}

test('a public channel is found and joined, and its members read each other', async ({ person }) => {
  const [alice, bob] = await Promise.all([person('alice'), person('bob')]);
  await create(alice.widget, { name: 'harbour', isPublic: true });
  await send(alice.widget, 'before anybody came');

  await begin(bob.widget, 'Browse channels');
  await bob.widget.getByRole('searchbox', { name: 'Find a channel by name' }).fill('harb');
  await bob.widget.getByRole('button', { name: 'Join harbour' }).click();
  await composer(bob.widget, 'harbour').waitFor();
  await send(bob.widget, 'hello from bob');
  await expectSaid(alice.widget, ['before anybody came', 'hello from bob']);
  await send(alice.widget, 'welcome');
  await expectSaid(bob.widget, ['hello from bob', 'welcome']);
  // He was not in when it was said.
  expect(await texts(bob.widget)).not.toContain('before anybody came');
  const line = alice.widget.locator('seal-channel-line');
  await line.getByText('2 members').waitFor();
  await line.getByText('2 online').waitFor();

  // A name is there once.
  await begin(bob.widget, 'Create a channel');
  await bob.widget.getByLabel('Name', { exact: true }).fill('HARBOUR');
  await bob.widget.getByRole('radio', { name: 'Everyone here' }).check();
  await bob.widget.getByRole('button', { name: 'Create channel' }).click();
  await bob.widget.getByText('A channel with that name already exists.').waitFor();
});

test('an invitation to a private channel says what it is and lets its receiver in', async ({ person }) => {
  const [carol, dave] = await Promise.all([person('carol'), person('dave')]);
  await create(carol.widget, { name: 'night-watch', isPublic: false });
  await openDetails(carol.widget);
  await carol.widget.getByRole('button', { name: 'Invite people' }).click();
  await pick(carol.widget, 'dave');
  await carol.widget.getByRole('button', { name: 'Invite', exact: true }).click();
  await carol.widget.getByText('1 person was invited.').waitFor();

  const invitations = dave.widget.locator('seal-invitations');
  await invitations.getByText('carol invites you').waitFor();
  await invitations.getByRole('button', { name: 'Join night-watch' }).click();
  await composer(dave.widget, 'night-watch').waitFor();
  expect(await invitations.getByRole('heading').count()).toBe(0);
  await send(dave.widget, 'who has the key?');
  await expectSaid(carol.widget, ['who has the key?']);
  const preview = row(carol.widget, 'night-watch');
  await preview.getByText('dave').waitFor();
  await preview.getByText('who has the key?').waitFor();
});

test('a removed member reads nothing more and is told', async ({ person }) => {
  const [erin, frank] = await Promise.all([person('erin'), person('frank')]);
  await create(erin.widget, { name: 'crew', isPublic: false, people: ['frank'] });
  await send(erin.widget, 'all hands');
  await row(frank.widget, 'crew').click();
  await composer(frank.widget, 'crew').waitFor();
  await send(frank.widget, 'aye');
  await expectSaid(erin.widget, ['all hands', 'aye']);

  await openDetails(erin.widget);
  await erin.widget.getByText('2 devices can read what is sent now.').waitFor();
  await erin.widget.getByRole('button', { name: 'Actions for frank' }).click();
  await erin.widget.getByRole('button', { name: 'Remove', exact: true }).click();
  await erin.widget.getByRole('alertdialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect.poll(() => erin.widget.getByRole('heading', { name: 'Members 1' }).count()).toBe(1);
  await send(erin.widget, 'among ourselves');
  await erin.widget.getByText('1 device can read what is sent now.').waitFor();

  await frank.widget.getByRole('heading', { name: 'You are no longer in this channel' }).waitFor();
  expect(await composer(frank.widget).count()).toBe(0);
  const kept = await texts(frank.widget);
  expect(kept).toContain('aye');
  expect(kept.join()).not.toContain('among ourselves');
});

test('changes to a channel reach its members', async ({ person }) => {
  const [grace, heidi] = await Promise.all([person('grace'), person('heidi')]);
  await create(grace.widget, { name: 'old-name', isPublic: false, people: ['heidi'] });
  await row(heidi.widget, 'old-name').click();
  await composer(heidi.widget, 'old-name').waitFor();

  await openDetails(grace.widget);
  await grace.widget.getByRole('button', { name: 'Name and description' }).click();
  await grace.widget.getByLabel('Name', { exact: true }).fill('new-name');
  await grace.widget.getByRole('button', { name: 'Save' }).click();
  await composer(heidi.widget, 'new-name').waitFor();
  await row(heidi.widget, 'new-name').waitFor();

  await grace.widget.getByRole('button', { name: 'Actions for heidi' }).click();
  await grace.widget.getByRole('button', { name: 'Make admin' }).click();
  await openDetails(heidi.widget);
  await heidi.widget.getByRole('button', { name: 'Add people' }).waitFor();

  await heidi.widget.getByLabel('Disappearing messages', { exact: true }).selectOption('1 hour');
  await grace.widget.getByText('heidi set messages to disappear after 1 hour.').first().waitFor();

  await heidi.widget.getByRole('button', { name: 'Leave channel' }).click();
  await heidi.widget.getByRole('alertdialog').getByRole('button', { name: 'Leave channel' }).click();
  await heidi.widget.getByRole('heading', { name: 'You are no longer in this channel' }).waitFor();
  await expect.poll(() => grace.widget.getByRole('heading', { name: 'Members 1' }).count()).toBe(1);
});

test('a channel leaves a chat between two of its members alone', async ({ person }) => {
  const [ivan, judy] = await Promise.all([person('ivan'), person('judy')]);
  await create(ivan.widget, { name: 'pair', isPublic: false, people: ['judy'] });
  await openDetails(ivan.widget);
  await ivan.widget.getByRole('button', { name: 'Actions for judy' }).click();
  await ivan.widget.getByRole('button', { name: 'Write a message' }).click();
  await composer(ivan.widget, 'judy').waitFor();
  await send(ivan.widget, 'just you');
  await openChat(judy.widget, 'ivan');
  await expectTexts(judy.widget, ['just you']);
  await find(judy.widget, 'ivan');
  await send(judy.widget, 'and you');
  await expectTexts(ivan.widget, ['just you', 'and you']);
});

test('a channel, its name and its history survive a reload', async ({ person }) => {
  const [karl, lena] = await Promise.all([person('karl'), person('lena')]);
  await create(karl.widget, { name: 'logbook', isPublic: false, people: ['lena'] });
  await row(lena.widget, 'logbook').click();
  await composer(lena.widget, 'logbook').waitFor();
  await send(lena.widget, 'wind from the west');
  await expectSaid(karl.widget, ['wind from the west']);

  await Promise.all([karl.page.reload(), lena.page.reload()]);
  for (const { widget } of [karl, lena]) {
    await row(widget, 'logbook').click();
    await expectSaid(widget, ['wind from the west']);
  }
  await send(karl.widget, 'and rain');
  await expectSaid(lena.widget, ['wind from the west', 'and rain']);
});

test('newcomers read what was said before, where the channel shares its history', async ({ person }) => {
  const [mona, nils] = await Promise.all([person('mona'), person('nils')]);
  await create(mona.widget, { name: 'archive', isPublic: true });
  await send(mona.widget, 'said before');
  await openDetails(mona.widget);
  await mona.widget.getByRole('switch', { name: 'Share history with new members' }).check();
  await expect.poll(() => mona.widget.getByRole('switch', { name: 'Share history' }).isChecked()).toBe(true);

  await begin(nils.widget, 'Browse channels');
  await nils.widget.getByRole('button', { name: 'Join archive' }).click();
  await composer(nils.widget, 'archive').waitFor();
  await expectSaid(nils.widget, ['said before']);
});

test('a member whose page was closed reads everything that was said since the channel was made', async ({ person }) => {
  const [rosa, sven] = await Promise.all([person('rosa'), person('sven')]);
  await sven.page.close();
  await create(rosa.widget, { name: 'night-shift', isPublic: false, people: ['sven'] });
  await send(rosa.widget, 'Shall we meet at six?');
  await send(rosa.widget, 'By the harbour');

  const widget = widgetOf(await sven.openTab());
  await row(widget, 'night-shift').click();
  await expectSaid(widget, ['Shall we meet at six?', 'By the harbour']);
});

test('who has nothing to do with channels can be taken into them, and fetches no code for them', async ({ person }) => {
  const [laura, mark] = await Promise.all([person('laura'), person('mark')]);
  await find(laura.widget, 'mark');
  await send(laura.widget, 'hello');
  await openChat(mark.widget, 'laura');
  await send(mark.widget, 'hello yourself');
  await expectTexts(laura.widget, ['hello', 'hello yourself']);
  for (const { page } of [laura, mark]) {
    const files = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    expect(files.some((name) => name.includes('/v1/conversation-'))).toBe(true);
    expect(files.filter((name) => /\/v1\/(?:mls|key-packages|channels)-/.test(name))).toEqual([]);
  }
});
