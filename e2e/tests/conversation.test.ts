import { expect } from 'vitest';
import { goOffline, goOnline, test } from '../support/test.ts';
import { composer, expectStatus, expectTexts, find, openChat, row, send, shown } from '../support/widget.ts';

test('a first message and its answer arrive unchanged', async ({ person }) => {
  const [alice, bob] = await Promise.all([person('alice'), person('bob')]);
  await find(alice.widget, 'bob');
  const greeting = 'Hello Bob 👋 — “quotes”, <b>no tags</b> & two\nlines';
  await send(alice.widget, greeting);

  await openChat(bob.widget, 'alice');
  await expectTexts(bob.widget, [greeting]);
  await send(bob.widget, 'Hello Alice');
  await expectTexts(alice.widget, [greeting, 'Hello Alice']);
  await expectTexts(bob.widget, [greeting, 'Hello Alice']);
  expect((await shown(alice.widget)).map(({ side }) => side)).toEqual(['own', 'other']);
  expect((await shown(bob.widget)).map(({ side }) => side)).toEqual(['other', 'own']);
});

test('ticks tell the truth: delivered when a device has the message, read when the person has seen it', async ({
  person,
}) => {
  const [carol, dave] = await Promise.all([person('carol'), person('dave')]);
  await find(carol.widget, 'dave');
  await send(carol.widget, 'one');
  await row(dave.widget, 'carol').waitFor();
  await expectStatus(carol.widget, 'one', 'delivered');

  await goOffline(dave);
  await send(carol.widget, 'two');
  await expectStatus(carol.widget, 'two', 'sent');
  await goOnline(dave);
  await expectStatus(carol.widget, 'two', 'delivered');
  // Nobody has opened the chat: had a read notice been on its way, it would have come before Dave's own message.
  await expect.poll(() => row(dave.widget, 'carol').innerText()).toMatch(/2 unread messages/u);
  expect((await shown(carol.widget)).map(({ status }) => status)).toEqual(['delivered', 'delivered']);

  await openChat(dave.widget, 'carol');
  await expectStatus(carol.widget, 'two', 'read');
  await expectStatus(carol.widget, 'one', 'read');
});

test('unread messages are counted until they have been read', async ({ person }) => {
  const [erin, frank] = await Promise.all([person('erin'), person('frank')]);
  await find(erin.widget, 'frank');
  for (const text of ['one', 'two', 'three']) await send(erin.widget, text);

  const unread = row(frank.widget, 'erin').getByText(/unread message/u);
  await expect.poll(() => unread.allInnerTexts()).toEqual(['3 unread messages']);
  await openChat(frank.widget, 'erin');
  await expectTexts(frank.widget, ['one', 'two', 'three']);
  await expect.poll(() => unread.count()).toBe(0);
  await expect
    .poll(() => frank.watched.events.filter((event) => event.startsWith('seal-unread')).at(-1))
    .toBe('seal-unread {"count":0}');
  // Own messages are not unread.
  await expect
    .poll(() =>
      row(erin.widget, 'frank')
        .getByText(/unread message/u)
        .count(),
    )
    .toBe(0);
});

test('typing is shown to the other person, and ends', async ({ person }) => {
  const [grace, heidi] = await Promise.all([person('grace'), person('heidi')]);
  await find(grace.widget, 'heidi');
  await send(grace.widget, 'hi');
  await openChat(heidi.widget, 'grace');

  const typing = grace.widget.getByRole('img', { name: 'heidi is typing' });
  await composer(heidi.widget).pressSequentially('I think');
  await typing.waitFor();
  await composer(heidi.widget).fill('');
  await typing.waitFor({ state: 'detached' });

  await composer(heidi.widget).pressSequentially('now then');
  await typing.waitFor();
  await composer(heidi.widget).press('Enter');
  await expectTexts(grace.widget, ['hi', 'now then']);
  await typing.waitFor({ state: 'detached' });
});

test('presence is shown until the person leaves', async ({ person }) => {
  const [ivan, judy] = await Promise.all([person('ivan'), person('judy')]);
  await find(ivan.widget, 'judy');
  await send(ivan.widget, 'hi');
  const presence = ivan.widget.locator('seal-conversation .presence');
  await expect.poll(() => presence.innerText()).toBe('Online');

  await judy.page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await expect.poll(() => presence.innerText()).toBe('Away');
  await judy.context.close();
  await expect.poll(() => presence.innerText()).toMatch(/^Last seen/u);
});
