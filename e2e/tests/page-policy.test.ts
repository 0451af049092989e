import { expect } from 'vitest';
import { onDatabase } from '../support/database.ts';
import { findText } from '../support/search.ts';
import { openSite } from '../support/site.ts';
import { test, type DeviceOfPerson, type SignedUp } from '../support/test.ts';
import { composer, expectTexts, find, openChat, send } from '../support/widget.ts';
import { patient } from '../../scripts/lib/patience.mjs';

/** Goes through every view, so that all parts of the widget have been loaded and shown. */
async function visitEverything(alice: SignedUp, bob: DeviceOfPerson, newcomer: DeviceOfPerson): Promise<void> {
  await find(alice.widget, 'bob');
  await send(alice.widget, 'look at https://example.com 👋');
  await openChat(bob.widget, 'alice');
  await composer(bob.widget).pressSequentially('one');
  await alice.widget.getByRole('img', { name: 'bob is typing' }).waitFor();
  await send(bob.widget, 'answer');
  await expectTexts(alice.widget, ['look at https://example.com 👋', 'answer']);

  await alice.widget.getByRole('button', { name: 'Settings' }).click();
  await alice.widget.getByText('This device', { exact: true }).waitFor();
  await alice.widget.getByRole('button', { name: 'Link a new device' }).click();
  await alice.widget.locator('seal-link-old #code').waitFor();
  await alice.widget.getByRole('button', { name: 'Back' }).first().click();
  await alice.widget.getByRole('button', { name: 'Make a new recovery code' }).click();
  await alice.widget.getByRole('heading', { name: 'Enter your recovery code' }).waitFor();
  await alice.widget.getByRole('textbox', { name: 'Recovery code' }).fill(alice.recoveryCode);
  await alice.widget.getByRole('button', { name: 'Continue', exact: true }).click();
  await alice.widget.getByRole('heading', { name: 'Save your recovery code' }).waitFor({ timeout: patient(30_000) });

  await newcomer.widget.getByRole('button', { name: 'Link with another device' }).click();
  await newcomer.widget.getByLabel('Code from your other device').waitFor();
  await newcomer.widget.getByRole('button', { name: 'Back' }).click();
  await newcomer.widget.getByRole('button', { name: 'Use a recovery code' }).click();
  await newcomer.widget.getByLabel('Recovery code').waitFor();
}

test('the widget works under the policy that its documentation names and asks no other server', async ({
  person,
  personWithCode,
  openDevice,
  server,
  site,
}) => {
  const [alice, bob, newcomer] = await Promise.all([personWithCode('alice'), person('bob'), openDevice('newcomer')]);
  await visitEverything(alice, bob, newcomer);
  for (const { watched, traffic } of [alice, bob, newcomer]) {
    expect(watched.violations).toEqual([]);
    expect(watched.errors).toEqual([]);
    expect([...traffic.origins()].toSorted()).toEqual([server.url, new URL(site.url).origin].toSorted());
  }
});

test('these tests notice a violation of the policy', async ({ openDevice }) => {
  const device = await openDevice('anybody');
  await device.widget.getByLabel('Choose a name').waitFor();
  await device.page.evaluate(() => {
    const style = document.createElement('style');
    style.textContent = 'p { color: red }';
    document.querySelector('seal-chat')?.shadowRoot?.append(style);
    try {
      document.body.innerHTML += '<p></p>';
    } catch {
      // What is looked at is the report.
    }
  });
  await expect
    .poll(() => device.watched.violations.map((text) => text.split(':')[0]))
    .toEqual(expect.arrayContaining(['style-src-elem', 'require-trusted-types-for']));
});

test('events, markup and globals tell scripts of the page nothing of what messages say', async ({ person }) => {
  const [carol, dave] = await Promise.all([person('carol'), person('dave')]);
  const secret = 'the sealion naps at noon';
  await find(carol.widget, 'dave');
  await send(carol.widget, secret);
  await openChat(dave.widget, 'carol');
  await expectTexts(dave.widget, [secret]);
  await send(dave.widget, `not ${secret}`);
  await expectTexts(carol.widget, [secret, `not ${secret}`]);

  for (const { page, watched, name } of [carol, dave]) {
    // A message is shown first and then told to the page.
    await expect
      .poll(() => watched.events.map((event) => event.split(' ')[0]))
      .toEqual(expect.arrayContaining(['seal-ready', 'seal-message', 'seal-connection']));
    const seen = await page.evaluate(() => ({
      markup: document.documentElement.outerHTML,
      text: document.documentElement.innerText,
      globals: JSON.stringify(Object.keys(globalThis)),
      title: document.title,
      storage: JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]),
    }));
    const haystacks = Object.entries({ ...seen, events: watched.events.join('\n') }).map(([place, text]) => ({
      name: `${place} of ${name}`,
      bytes: Buffer.from(text),
    }));
    expect(findText(secret, haystacks)).toEqual([]);
  }
});

test('a site that is not on the key’s list of origins cannot use the key', async ({ openDevice, server, site }) => {
  const elsewhere = await openSite(server);
  try {
    const stranger = await openDevice('stranger', { url: elsewhere.url });
    await stranger.widget.evaluate((chat, key) => chat.setAttribute('app-key', key), site.appKey);
    await stranger.widget.getByLabel('Choose a name').fill('stranger');
    await stranger.widget.getByRole('button', { name: 'Start chatting' }).click();
    await stranger.widget.getByText('this site is not on its list of allowed sites').waitFor();
    expect(await onDatabase(server, (sql) => sql`select 1 from users where username = 'stranger'`)).toHaveLength(0);
  } finally {
    await elsewhere.close();
  }
});

/** Counts what the page around the widget holds: elements of its head, and links. */
function surroundings({ page }: DeviceOfPerson) {
  return page.evaluate(() => ({
    inHead: document.head.childElementCount,
    links: document.querySelectorAll('link').length,
  }));
}

test('messages leave no links or elements behind in the page around the widget', async ({ person }) => {
  const [erin, frank] = await Promise.all([person('erin'), person('frank')]);
  await find(frank.widget, 'erin');
  await send(frank.widget, 'first');
  await openChat(erin.widget, 'frank');
  await expectTexts(erin.widget, ['first']);
  const before = await surroundings(erin);
  const texts = Array.from({ length: 20 }, (_, i) => `message ${i}`);
  for (const text of texts) await send(frank.widget, text);
  await expectTexts(erin.widget, ['first', ...texts]);
  expect(await surroundings(erin)).toEqual(before);
});
