import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { test, type DeviceOfPerson } from '../support/test.ts';
import { atHome, expectStatus, expectTexts, find, openChat, row, send, shown, widgetOf } from '../support/widget.ts';
import { patient } from '../../scripts/lib/patience.mjs';

async function secondTab(person: DeviceOfPerson): Promise<Locator> {
  const widget = widgetOf(await person.openTab());
  await atHome(widget);
  return widget;
}

/** What a tab shows of its unread messages in the list; empty when there are none. */
function unreadIn(widget: Locator, name: string): Promise<readonly string[]> {
  return row(widget, name)
    .getByText(/unread message/u)
    .allInnerTexts();
}

test('two tabs of one person show the same messages, each once', async ({ person }) => {
  const [alice, bob] = await Promise.all([person('alice'), person('bob')]);
  const second = await secondTab(alice);
  await find(second, 'bob');
  await send(second, 'from the second tab');
  await openChat(alice.widget, 'bob');
  await send(alice.widget, 'from the first tab');
  await openChat(bob.widget, 'alice');
  await send(bob.widget, 'to both');

  const expected = ['from the second tab', 'from the first tab', 'to both'];
  for (const widget of [alice.widget, second, bob.widget]) await expectTexts(widget, expected);
  await expectStatus(second, 'from the first tab', 'read');
  await expectStatus(alice.widget, 'from the second tab', 'read');
});

test('what two tabs send at the same moment arrives once', async ({ person }) => {
  const [carol, dave] = await Promise.all([person('carol'), person('dave')]);
  const second = await secondTab(carol);
  await find(carol.widget, 'dave');
  await openChat(second, 'dave');
  const numbers = Array.from({ length: 10 }, (_, i) => i);
  await Promise.all([
    (async () => {
      for (const i of numbers) await send(carol.widget, `first ${i}`);
    })(),
    (async () => {
      for (const i of numbers) await send(second, `second ${i}`);
    })(),
  ]);
  await openChat(dave.widget, 'carol');
  await expect.poll(async () => (await shown(dave.widget)).length, { timeout: patient(20_000) }).toBe(20);
  const texts = (await shown(dave.widget)).map(({ text }) => text);
  for (const tab of ['first', 'second'])
    expect(texts.filter((text) => text.startsWith(tab))).toEqual(numbers.map((i) => `${tab} ${i}`));
  await expectTexts(carol.widget, texts);
  await expectTexts(second, texts);
});

test('the remaining tabs go on when the one with the connection is closed', async ({ person }) => {
  const [erin, frank] = await Promise.all([person('erin'), person('frank')]);
  const second = await secondTab(erin);
  await find(second, 'frank');
  await send(second, 'one');
  await openChat(frank.widget, 'erin');
  await expectTexts(frank.widget, ['one']);

  // The first tab was there first, so the connection is its.
  await erin.page.close();
  await send(frank.widget, 'two');
  await send(second, 'three');
  await expect.poll(async () => (await shown(second)).length).toBe(3);
  await expectStatus(second, 'three', 'read');
  const texts = (await shown(second)).map(({ text }) => text);
  expect(texts.toSorted()).toEqual(['one', 'three', 'two']);
  await expectTexts(frank.widget, texts);

  const third = await secondTab(erin);
  await openChat(third, 'frank');
  await expectTexts(third, texts);
});

test('the tabs of one person agree about what is unread', async ({ person }) => {
  const [grace, heidi] = await Promise.all([person('grace'), person('heidi')]);
  const second = await secondTab(heidi);
  await find(grace.widget, 'heidi');
  await send(grace.widget, 'one');
  await send(grace.widget, 'two');
  for (const widget of [heidi.widget, second])
    await expect.poll(() => unreadIn(widget, 'grace')).toEqual(['2 unread messages']);
  await openChat(second, 'grace');
  for (const widget of [heidi.widget, second]) await expect.poll(() => unreadIn(widget, 'grace')).toEqual([]);
  await expectStatus(grace.widget, 'two', 'read');
});

test('signing out in one tab signs out the other one', async ({ person }) => {
  const ivan = await person('ivan');
  const second = await secondTab(ivan);
  await ivan.widget.getByRole('button', { name: 'Settings' }).click();
  await ivan.widget.getByRole('button', { name: 'Sign out', exact: true }).click();
  for (const widget of [ivan.widget, second])
    await widget.getByRole('heading', { name: 'Welcome back, ivan' }).waitFor();
  await second.getByRole('button', { name: 'Continue as ivan' }).click();
  for (const widget of [ivan.widget, second]) await atHome(widget);
});

test('two tabs that sign up at the same moment are one person on one device, and both chat', async ({
  openDevice,
  person,
}) => {
  const [judy, kim] = await Promise.all([openDevice('judy'), person('kim')]);
  const tabs = [judy.widget, widgetOf(await judy.openTab())];
  await Promise.all(tabs.map((tab) => tab.getByRole('button', { name: 'Continue as a guest' }).waitFor()));
  await Promise.all(tabs.map((tab) => tab.getByRole('button', { name: 'Continue as a guest' }).click()));
  for (const tab of tabs) await atHome(tab);
  await find(tabs[0]!, 'kim');
  await send(tabs[0]!, 'from the first tab');
  await openChat(tabs[1]!, 'kim');
  await send(tabs[1]!, 'from the second tab');
  await row(kim.widget, 'Guest').click();
  const expected = ['from the first tab', 'from the second tab'];
  for (const widget of [...tabs, kim.widget]) await expectTexts(widget, expected);
  // One row: the tabs are not two guests.
  await expect.poll(() => row(kim.widget, 'Guest').count()).toBe(1);
});
