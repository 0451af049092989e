import type { BrowserContext } from 'playwright-core';
import { expect } from 'vitest';
import { test } from '../support/test.ts';
import { atHome, expectStatus, expectTexts, find, openChat, send, signUp, texts, widgetOf } from '../support/widget.ts';
import { patient } from '../../scripts/lib/patience.mjs';

declare global {
  interface Window {
    /** Set by the pages of these tests. */
    storage: { answers: boolean; isFull: boolean; lose(): void };
    openTransactions: number;
  }
}

/** Makes the page's IndexedDB one that can be told to misbehave. */
function misbehave(): void {
  const { open } = IDBFactory.prototype;
  const { transaction } = IDBDatabase.prototype;
  const { put } = IDBObjectStore.prototype;
  const all = new Set<IDBDatabase>();
  const lost = new WeakSet<IDBDatabase>();
  window.storage = {
    answers: location.hash !== '#silent',
    isFull: false,
    lose() {
      for (const database of all) lost.add(database);
    },
  };
  IDBFactory.prototype.open = function (...input) {
    if (!window.storage.answers) return new EventTarget() as IDBOpenDBRequest;
    const request = open.apply(this, input);
    request.addEventListener('success', () => all.add(request.result));
    return request;
  };
  IDBDatabase.prototype.transaction = function (...input) {
    if (lost.has(this)) throw new DOMException('Connection to Indexed Database server lost.', 'UnknownError');
    return transaction.apply(this, input);
  };
  IDBObjectStore.prototype.put = function (...input) {
    if (window.storage.isFull) throw new DOMException('No space is left.', 'QuotaExceededError');
    return put.apply(this, input);
  };
}

/** Has the page count its transactions that have begun and not ended. */
function countTransactions(): void {
  const { transaction } = IDBDatabase.prototype;
  window.openTransactions = 0;
  IDBDatabase.prototype.transaction = function (...input) {
    const begun = transaction.apply(this, input);
    window.openTransactions++;
    for (const end of ['complete', 'abort']) begun.addEventListener(end, () => window.openTransactions--);
    return begun;
  };
}

/** Opens a dialog, which stops the page; not within a transaction, with which it would stop other tabs, too. */
function hang(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      if (window.openTransactions > 0) return void setTimeout(stop);
      alert('of the site');
      resolve();
    };
    stop();
  });
}

test('a browser that forbids IndexedDB gets an explanation instead of a chat that forgets everything', async ({
  openDevice,
}) => {
  const safari = await openDevice('private window', {
    prepare: (context) =>
      context.addInitScript(() => {
        IDBFactory.prototype.open = function () {
          throw new DOMException('The operation is insecure.', 'SecurityError');
        };
      }),
  });
  await safari.widget.getByRole('alert').getByText('This browser doesn’t let the site store data.').waitFor();
  expect(await safari.widget.getByRole('textbox').count()).toBe(0);
  await expect.poll(() => safari.watched.events).toContain('seal-error {"code":"STORAGE_FAILED"}');
});

test('a browser whose IndexedDB opens and then fails says so, and tries again', async ({ openDevice }) => {
  const broken = await openDevice('broken disk', {
    prepare: (context) =>
      context.addInitScript(() => {
        IDBFactory.prototype.open = function () {
          const request = new EventTarget() as IDBOpenDBRequest;
          const error = new DOMException('Internal error opening backing store.', 'UnknownError');
          Object.defineProperties(request, {
            error: { value: error },
            result: {
              get: () => {
                throw error;
              },
            },
          });
          queueMicrotask(() => {
            const event = new Event('error', { cancelable: true });
            request.onerror?.call(request, event);
            request.dispatchEvent(event);
          });
          return request;
        };
      }),
  });
  await broken.widget.getByRole('alert').getByText('The browser’s storage does not answer.').waitFor();
  await expect.poll(() => broken.watched.events).toContain('seal-error {"code":"STORAGE_LOST"}');
});

test('an IndexedDB that does not answer is told, and the chat opens as soon as it does', async ({
  openDevice,
  site,
}) => {
  const silent = await openDevice('silent', {
    url: `${site.url}#silent`,
    prepare: (context) => context.addInitScript(misbehave),
  });
  await silent.widget.getByRole('alert').getByText('The browser’s storage does not answer.').waitFor();
  await silent.page.evaluate(() => (window.storage.answers = true));
  await silent.widget.getByLabel('Choose a name').waitFor({ timeout: patient(40_000) });
});

test('a lost connection to IndexedDB is opened again, and nothing is lost', async ({ person }) => {
  const alice = await person('alice', { prepare: (context) => context.addInitScript(misbehave) });
  const bob = await person('bob');
  await find(alice.widget, 'bob');
  await send(alice.widget, 'before');
  await openChat(bob.widget, 'alice');
  await expectTexts(bob.widget, ['before']);
  await alice.page.evaluate(() => window.storage.lose());
  await send(bob.widget, 'while it was away');
  await send(alice.widget, 'after');
  await expectTexts(bob.widget, ['before', 'while it was away', 'after']);
  await expectTexts(alice.widget, ['before', 'while it was away', 'after']);
});

test('a full disk is told, what was typed is kept, and it goes on when there is room again', async ({ person }) => {
  const carol = await person('carol', { prepare: (context) => context.addInitScript(misbehave) });
  const dave = await person('dave');
  await find(carol.widget, 'dave');
  await send(carol.widget, 'first');
  await expectStatus(carol.widget, 'first', 'delivered');
  await carol.page.evaluate(() => (window.storage.isFull = true));
  const field = carol.widget.getByRole('textbox', { name: 'Message to dave' });
  await field.fill('second');
  await field.press('Enter');
  await carol.widget.getByText('There is no room left to keep messages here.').first().waitFor();
  await expect.poll(() => field.inputValue()).toBe('second');
  await carol.page.evaluate(() => (window.storage.isFull = false));
  await field.press('Enter');
  await openChat(dave.widget, 'carol');
  await expectTexts(dave.widget, ['first', 'second']);
});

test('a tab in front takes over from a leading one that hangs in a dialog, and each message is there once', async ({
  person,
}) => {
  const prepare = (context: BrowserContext) => context.addInitScript(countTransactions);
  const [erin, frank] = await Promise.all([person('erin', { prepare }), person('frank')]);
  await find(frank.widget, 'erin');
  await send(frank.widget, 'before');
  const second = widgetOf(await erin.openTab());
  await atHome(second);
  await openChat(second, 'frank');
  await expectTexts(second, ['before']);
  await expectStatus(frank.widget, 'before', 'read');

  // A tab that hangs in the middle of a transaction keeps the database from others until the browser ends it, after 60 s.
  const dialog = erin.page.waitForEvent('dialog');
  const hanging = erin.page.evaluate(hang);
  const opened = await dialog;
  await send(frank.widget, 'while it hangs');
  await send(second, 'answer');
  await expect
    .poll(() => texts(second), { timeout: patient(60_000) })
    .toEqual(expect.arrayContaining(['before', 'while it hangs', 'answer']));
  await expect
    .poll(() => texts(frank.widget), { timeout: patient(60_000) })
    .toEqual(expect.arrayContaining(['before', 'while it hangs', 'answer']));

  await opened.dismiss();
  await hanging;
  await openChat(erin.widget, 'frank');
  await send(erin.widget, 'awake again');
  await send(frank.widget, 'welcome back');
  for (const widget of [erin.widget, second, frank.widget]) {
    await expect.poll(() => texts(widget)).toHaveLength(5);
    await expect.poll(() => texts(widget)).toEqual(expect.arrayContaining(['awake again', 'welcome back']));
  }
});

test('a page with the script twice, from two places, has one chat that works', async ({ person, openDevice, site }) => {
  const grace = await person('grace');
  const heidi = await openDevice('heidi', {
    prepare: (context) =>
      context.addInitScript(() => {
        addEventListener('DOMContentLoaded', () => {
          const again = document.createElement('script');
          again.type = 'module';
          again.src = '/v1/seal-chat.js';
          document.head.append(again);
        });
      }),
    url: site.url,
  });
  await signUp(heidi.widget, 'heidi');
  await find(heidi.widget, 'grace');
  await send(heidi.widget, 'hello');
  await openChat(grace.widget, 'heidi');
  await send(grace.widget, 'hello yourself');
  await expectTexts(heidi.widget, ['hello', 'hello yourself']);
  await heidi.widget.getByRole('button', { name: 'Settings' }).click();
  await heidi.widget.getByText('This device', { exact: true }).waitFor();
});
