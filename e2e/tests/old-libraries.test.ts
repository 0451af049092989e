import type { BrowserContext } from 'playwright-core';
import { expect } from 'vitest';
import { test } from '../support/test.ts';
import { atHome, expectTexts, find, openChat, send, signUp, widgetOf } from '../support/widget.ts';

/** What Prototype 1.6 does to a page: old shops and build servers still bring it along. */
function pollute(): void {
  const add = (owner: object, name: string, value: unknown): void =>
    void Object.defineProperty(owner, name, { value, configurable: true, writable: true, enumerable: true });
  add(Array.prototype, 'toJSON', function (this: unknown[]) {
    return `[${this.map((item) => JSON.stringify(item)).join(', ')}]`;
  });
  add(String.prototype, 'toJSON', function (this: string) {
    return `"${this.valueOf()}"`;
  });
  add(Array, 'from', (iterable: { readonly length?: number } | null) => {
    let length = iterable?.length ?? 0;
    const results: unknown[] = [];
    while (length--) results[length] = (iterable as unknown as unknown[])[length];
    return results;
  });
  add(Array.prototype, 'entries', function (this: unknown[]) {
    return [...this];
  });
  add(Array.prototype, 'first', function (this: unknown[]) {
    return this[0];
  });
  add(Object.prototype, 'extra', () => 'of the page');
  const { then } = Promise.prototype;
  add(Promise.prototype, 'then', function (this: Promise<unknown>, ...handlers: Parameters<typeof then>) {
    return then.apply(this, handlers);
  });
}

/** Pollutes pages whose address asks for it. */
const polluteSome = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript(`if (location.hash === '#old-library') (${String(pollute)})()`);

test('people chat on a page with an old library, and read it on one without', async ({ person, openDevice, site }) => {
  const bob = await person('bob');
  const alice = await openDevice('alice', { url: `${site.url}#old-library`, prepare: polluteSome });
  await signUp(alice.widget, 'alice');
  await find(alice.widget, 'bob');
  await send(alice.widget, 'from the old page');
  await openChat(bob.widget, 'alice');
  await send(bob.widget, 'answer');
  await expectTexts(alice.widget, ['from the old page', 'answer']);
  await alice.page.close();

  const clean = await alice.context.newPage();
  await clean.goto(site.url);
  const widget = widgetOf(clean);
  await atHome(widget);
  await openChat(widget, 'bob');
  await expectTexts(widget, ['from the old page', 'answer']);
  await send(widget, 'from the clean page');
  await expectTexts(bob.widget, ['from the old page', 'answer', 'from the clean page']);
  await clean.close();

  const old = await alice.context.newPage();
  await old.goto(`${site.url}#old-library`);
  const again = widgetOf(old);
  await atHome(again);
  await openChat(again, 'bob');
  await expectTexts(again, ['from the old page', 'answer', 'from the clean page']);
});

test('an old library that comes after the widget changes nothing', async ({ person }) => {
  const [carol, dave] = await Promise.all([person('carol'), person('dave')]);
  await find(carol.widget, 'dave');
  await carol.page.evaluate(pollute);
  await send(carol.widget, 'one');
  await openChat(dave.widget, 'carol');
  await send(dave.widget, 'two');
  await expectTexts(carol.widget, ['one', 'two']);
  await carol.page.reload();
  await atHome(carol.widget);
  await openChat(carol.widget, 'dave');
  await expectTexts(carol.widget, ['one', 'two']);
});

test('a page that breaks what rows are written with gets an explanation, and nothing is stored', async ({
  openDevice,
}) => {
  const broken = await openDevice('broken page', {
    prepare: (context) =>
      context.addInitScript(() => {
        Reflect.set(String.prototype, 'padStart', () => '');
      }),
  });
  await broken.widget.getByRole('alert').getByText('Another script on this page changes how data is stored.').waitFor();
  await expect.poll(() => broken.watched.events).toContain('seal-error {"code":"UNSAFE_PAGE"}');
  expect(await broken.page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
});
