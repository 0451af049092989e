import { expect } from 'vitest';
import { axe } from '../support/axe.ts';
import { test } from '../support/test.ts';
import { atHome, composer, expectTexts, openChat, send, texts, widgetOf } from '../support/widget.ts';

test('/demo shows two people talking, and the server’s pane shows only ciphertext', async ({ openDevice, server }) => {
  const demo = await openDevice('visitor', { url: `${server.url}/demo`, viewport: { width: 1600, height: 900 } });
  const [alice, bob] = [widgetOf(demo.page, 0), widgetOf(demo.page, 1)];
  // Nothing to do but to write: both are signed in and in the chat with each other, and the cursor is in Alice's.
  await composer(alice, 'bob').waitFor();
  await composer(bob, 'alice').waitFor();
  await expect.poll(() => composer(alice).evaluate((field) => field.matches(':focus'))).toBe(true);
  await demo.page.keyboard.type('Can the server read this?');
  await demo.page.keyboard.press('Enter');
  await expectTexts(bob, ['Can the server read this?']);
  await send(bob, 'No.');
  await expectTexts(alice, ['Can the server read this?', 'No.']);

  const stored = demo.page.getByRole('region', { name: 'What the server has' });
  const rows = stored.getByRole('list', { name: 'Rows of the table of messages' }).getByRole('listitem');
  // Two texts, and the notices that they were read.
  await expect.poll(() => rows.count()).toBeGreaterThanOrEqual(2);
  await expect.poll(() => rows.last().innerText()).toMatch(/seq\s+1\s+from\s+alice[\s\S]*[0-9a-f]{8} [0-9a-f]{8}/u);
  expect(await stored.innerText()).not.toMatch(/Can the server|No\.$/u);
  expect(demo.watched.violations).toEqual([]);
  expect(demo.watched.errors).toEqual([]);
  expect([...demo.traffic.origins()]).toEqual([server.url]);
  expect(await axe(demo.page)).toEqual([]);

  await demo.page.reload();
  await expectTexts(alice, ['Can the server read this?', 'No.']);
  await expectTexts(bob, ['Can the server read this?', 'No.']);
});

test('/demo?user=… in two browsers brings the two together', async ({ openDevice, server }) => {
  const carol = await openDevice('carol', { url: `${server.url}/demo?user=carol` });
  await atHome(carol.widget);
  const dave = await openDevice('dave', { url: `${server.url}/demo?user=dave&peer=carol` });
  await send(dave.widget, 'hello from another browser');
  await openChat(carol.widget, 'dave');
  await expectTexts(carol.widget, ['hello from another browser']);
  // Alone on its page it fills the window, however little there is to show.
  for (const { page, widget } of [carol, dave]) {
    expect((await widget.locator('seal-home').boundingBox())?.height).toBe(page.viewportSize()?.height);
  }
  expect(await axe(dave.page)).toEqual([]);
  for (const { watched } of [carol, dave]) expect([...watched.violations, ...watched.errors]).toEqual([]);
});

test('a second visitor of /demo gets people of their own', async ({ openDevice, server }) => {
  const url = `${server.url}/demo`;
  const first = await openDevice('first', { url });
  await composer(widgetOf(first.page, 1)).waitFor();
  const second = await openDevice('second', { url });
  const [alice, bob] = [widgetOf(second.page, 0), widgetOf(second.page, 1)];
  await send(alice, 'second visitor');
  await expectTexts(bob, ['second visitor']);
  expect(await texts(widgetOf(first.page, 0))).not.toContain('second visitor');
});
