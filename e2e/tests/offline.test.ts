import { expect } from 'vitest';
import { goOffline, goOnline, test } from '../support/test.ts';
import { expectStatus, expectTexts, find, openChat, send, shown, signUp } from '../support/widget.ts';
import { patient } from '../../scripts/lib/patience.mjs';

test('a message written without a network is sent when the network returns', async ({ person }) => {
  const [alice, bob] = await Promise.all([person('alice'), person('bob')]);
  await find(alice.widget, 'bob');
  await send(alice.widget, 'before');
  await openChat(bob.widget, 'alice');
  await expectTexts(bob.widget, ['before']);

  await goOffline(alice);
  await alice.widget.getByText('You are offline. Messages are sent when you are back.').waitFor();
  await send(alice.widget, 'from a tunnel');
  await send(alice.widget, 'still in it');
  await expectStatus(alice.widget, 'still in it', 'sending');
  await goOnline(alice);
  await expectTexts(bob.widget, ['before', 'from a tunnel', 'still in it']);
  await expectStatus(alice.widget, 'still in it', 'read');
});

test('a queued message survives a reload', async ({ openDevice, person, server, site }) => {
  const carol = await openDevice('carol', { url: site.selfHostedUrl });
  await signUp(carol.widget, 'carol');
  const dave = await person('dave');
  await find(carol.widget, 'dave');
  await send(carol.widget, 'before');
  await expectStatus(carol.widget, 'before', 'delivered');

  // The site and the widget's code on it still load; Seal's server cannot be reached.
  carol.network.cut(server.url);
  await send(carol.widget, 'queued');
  await carol.page.reload();
  await openChat(carol.widget, 'dave');
  await send(carol.widget, 'queued after the reload');
  await carol.page.reload();
  await openChat(carol.widget, 'dave');
  const expected = ['before', 'queued', 'queued after the reload'];
  await expectTexts(carol.widget, expected);
  await expectStatus(carol.widget, 'queued', 'sending');

  carol.network.restore();
  await openChat(dave.widget, 'carol');
  await expectTexts(dave.widget, expected, patient(30_000));
  await expectStatus(carol.widget, 'queued after the reload', 'read');
  await expectTexts(carol.widget, expected);
});

test('what was missed without a network comes once and in order', async ({ person }) => {
  const [erin, frank] = await Promise.all([person('erin'), person('frank')]);
  await find(erin.widget, 'frank');
  await send(erin.widget, 'm0');
  await openChat(frank.widget, 'erin');
  await expectTexts(frank.widget, ['m0']);

  const expected = ['m0'];
  for (const round of [1, 2]) {
    await goOffline(frank);
    const missed = Array.from({ length: 12 }, (_, i) => `m${round}.${i}`);
    for (const text of missed) await send(erin.widget, text);
    await expectStatus(erin.widget, missed.at(-1)!, 'sent');
    await send(frank.widget, `answer ${round}, written before reading`);
    await goOnline(frank);
    expected.push(...missed, `answer ${round}, written before reading`);
    await expectTexts(frank.widget, expected);
    await expectTexts(erin.widget, expected);
  }
});

test('two people who both write without a network end with the same conversation', async ({ person }) => {
  const [grace, heidi] = await Promise.all([person('grace'), person('heidi')]);
  await find(grace.widget, 'heidi');
  await send(grace.widget, 'hello');
  await openChat(heidi.widget, 'grace');
  await expectTexts(heidi.widget, ['hello']);

  await Promise.all([goOffline(grace), goOffline(heidi)]);
  for (const i of [1, 2, 3]) {
    await send(grace.widget, `grace ${i}`);
    await send(heidi.widget, `heidi ${i}`);
  }
  await Promise.all([goOnline(grace), goOnline(heidi)]);

  await expect.poll(async () => (await shown(grace.widget)).length, { timeout: patient(20_000) }).toBe(7);
  await expectStatus(grace.widget, 'grace 3', 'read');
  await expectStatus(heidi.widget, 'heidi 3', 'read');
  const [here, there] = await Promise.all([shown(grace.widget), shown(heidi.widget)]);
  expect(here.map(({ text }) => text)).toEqual(there.map(({ text }) => text));
  for (const name of ['grace', 'heidi'])
    expect(here.map(({ text }) => text).filter((text) => text.startsWith(name))).toEqual(
      [1, 2, 3].map((i) => `${name} ${i}`),
    );
});

test('messages get through after a connection died silently', { timeout: patient(90_000) }, async ({ person }) => {
  const [ivan, judy] = await Promise.all([person('ivan'), person('judy')]);
  await find(ivan.widget, 'judy');
  await send(ivan.widget, 'one');
  await openChat(judy.widget, 'ivan');
  await expectTexts(judy.widget, ['one']);

  // As when a router forgets a connection: nobody is told, and new ones work.
  judy.network.forget();
  await send(ivan.widget, 'two');
  // Found out by the heartbeat: 30 s to the next one, 10 s to wait for its answer.
  await expectTexts(judy.widget, ['one', 'two'], patient(60_000));
  await send(judy.widget, 'three');
  await expectTexts(ivan.widget, ['one', 'two', 'three']);
});
