import { expect } from 'vitest';
import { findText } from '../support/search.ts';
import { test } from '../support/test.ts';
import { atHome, expectStatus, expectTexts, find, openChat, row, send } from '../support/widget.ts';

test('history, order and session survive a reload', async ({ person }) => {
  const [alice, bob] = await Promise.all([person('alice'), person('bob')]);
  await find(alice.widget, 'bob');
  await send(alice.widget, 'one');
  await openChat(bob.widget, 'alice');
  await send(bob.widget, 'two');
  await expectTexts(alice.widget, ['one', 'two']);
  await expectStatus(bob.widget, 'two', 'read');

  for (const { page, widget } of [alice, bob, alice]) {
    await page.reload();
    await atHome(widget);
  }
  await openChat(alice.widget, 'bob');
  await openChat(bob.widget, 'alice');
  await expectTexts(alice.widget, ['one', 'two']);
  await expectStatus(alice.widget, 'one', 'read');
  await send(alice.widget, 'three');
  await send(bob.widget, 'four');
  await expectStatus(alice.widget, 'three', 'read');
  await expectStatus(bob.widget, 'four', 'read');
  for (const widget of [alice.widget, bob.widget]) await expect.poll(() => widget.locator('.message').count()).toBe(4);
});

test('a message that comes while the page is loading is shown once the page is ready', async ({ person }) => {
  const [carol, dave] = await Promise.all([person('carol'), person('dave')]);
  await find(carol.widget, 'dave');
  await send(carol.widget, 'm0');
  await openChat(dave.widget, 'carol');
  await expectTexts(dave.widget, ['m0']);
  const expected = ['m0'];
  for (let i = 1; i <= 5; i++) {
    const reload = dave.page.reload();
    await send(carol.widget, `m${i}`);
    expected.push(`m${i}`);
    await reload;
  }
  await atHome(dave.widget);
  await openChat(dave.widget, 'carol');
  await expectTexts(dave.widget, expected);
});

test('what a device has stored survives signing out and in again', async ({ person }) => {
  const [erin, frank] = await Promise.all([person('erin'), person('frank')]);
  await find(erin.widget, 'frank');
  await send(erin.widget, 'one');
  await row(frank.widget, 'erin').waitFor();
  await expectStatus(erin.widget, 'one', 'delivered');
  await frank.widget.getByRole('button', { name: 'Settings' }).click();
  await frank.widget.getByRole('button', { name: 'Sign out', exact: true }).click();
  await frank.widget.getByRole('heading', { name: 'Welcome back, frank' }).waitFor();
  await send(erin.widget, 'two');
  await expectStatus(erin.widget, 'two', 'sent');
  await frank.widget.getByRole('button', { name: 'Continue as frank' }).click();
  await openChat(frank.widget, 'erin');
  await expectTexts(frank.widget, ['one', 'two']);
});

test('the browser’s storage holds no readable message or key', async ({ person }) => {
  const [grace, heidi] = await Promise.all([person('grace'), person('heidi')]);
  const secret = 'a sealion sleeps on pier 39';
  await find(grace.widget, 'heidi');
  await send(grace.widget, secret);
  await openChat(heidi.widget, 'grace');
  await expectTexts(heidi.widget, [secret]);

  for (const { page, name } of [grace, heidi]) {
    const stored = await page.evaluate(readStorage);
    expect(stored.rows).toBeGreaterThan(10);
    expect(stored.extractableKeys).toEqual([]);
    expect(stored.nonExtractableKeys).toBeGreaterThan(0);
    const haystack = { name: `storage of ${name}`, bytes: Buffer.from(stored.hex, 'hex') };
    expect(findText(secret, [haystack])).toEqual([]);
  }
});

/** In the page: everything in IndexedDB, Web Storage and cookies, as bytes. */
async function readStorage(): Promise<{
  rows: number;
  extractableKeys: string[];
  nonExtractableKeys: number;
  hex: string;
}> {
  const found = { rows: 0, extractableKeys: [] as string[], nonExtractableKeys: 0, hex: '' };
  const encoder = new TextEncoder();
  const add = (bytes: Uint8Array): void => {
    found.hex += Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  };
  const walk = (value: unknown): void => {
    if (value instanceof CryptoKey) {
      if (value.type === 'public') return;
      if (value.extractable) found.extractableKeys.push(`${value.type} ${value.algorithm.name}`);
      else found.nonExtractableKeys++;
    } else if (value instanceof ArrayBuffer) add(new Uint8Array(value));
    else if (ArrayBuffer.isView(value)) add(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    else if (typeof value === 'object' && value !== null)
      for (const [key, part] of value instanceof Map ? value : Object.entries(value)) {
        walk(key);
        walk(part);
      }
    else add(encoder.encode(String(value)));
  };
  const done = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result));
      request.addEventListener('error', () => reject(request.error));
    });
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name!));
    for (const store of database.objectStoreNames) {
      const rows = database.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([done(rows.getAllKeys()), done(rows.getAll())]);
      found.rows += values.length;
      walk(keys);
      walk(values);
    }
    database.close();
  }
  walk([...Object.entries(localStorage), ...Object.entries(sessionStorage), document.cookie]);
  return found;
}
