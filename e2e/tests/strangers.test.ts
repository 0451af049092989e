import { expect } from 'vitest';
import { test } from '../support/test.ts';
import { composer, expectStatus, expectTexts, find, row, send, shown } from '../support/widget.ts';

test("a stranger's message is a request: read without a word to them, then a chat, or nothing any more", async ({
  person,
  site,
}) => {
  const url = site.strangersUrl;
  const [alice, bob] = await Promise.all([person('alice', { url }), person('bob', { url })]);
  await find(alice.widget, 'bob');
  await send(alice.widget, 'do you ship to https://example.org/norway?');

  const door = bob.widget.getByRole('button', { name: '1 request', exact: true });
  await door.click();
  expect(await row(bob.widget, 'alice').innerText()).not.toContain('norway');
  await row(bob.widget, 'alice').click();
  await expectTexts(bob.widget, ['do you ship to https://example.org/norway?']);
  expect(await bob.widget.locator('.message a').count()).toBe(0);
  await expectStatus(alice.widget, 'do you ship to https://example.org/norway?', 'delivered');
  expect((await shown(alice.widget)).map(({ status }) => status)).toEqual(['delivered']);

  // Nor does she see that he is here.
  const presence = alice.widget.locator('seal-conversation .presence');
  expect(await presence.innerText()).toBe('');

  await bob.widget.getByRole('button', { name: 'Accept', exact: true }).click();
  await composer(bob.widget, 'alice').waitFor();
  await expect.poll(() => presence.innerText()).toBe('Online');
  await expectStatus(alice.widget, 'do you ship to https://example.org/norway?', 'read');
  await send(bob.widget, 'we do');
  await expectTexts(alice.widget, ['do you ship to https://example.org/norway?', 'we do']);

  // Blocked, nothing of hers arrives; what comes after that does.
  await bob.widget.getByRole('button', { name: 'Details' }).click();
  await bob.widget.getByRole('button', { name: 'Block alice' }).click();
  await bob.widget.getByRole('button', { name: 'Block', exact: true }).click();
  await bob.widget.getByRole('button', { name: 'Close details' }).click();
  await bob.widget.getByRole('button', { name: 'Unblock', exact: true }).waitFor();
  await send(alice.widget, 'are you there?');
  await expectStatus(alice.widget, 'are you there?', 'delivered');
  await bob.widget.getByRole('button', { name: 'Unblock', exact: true }).click();
  await composer(bob.widget, 'alice').waitFor();
  await send(alice.widget, 'hello again');
  await expectTexts(bob.widget, ['do you ship to https://example.org/norway?', 'we do', 'hello again']);
});
