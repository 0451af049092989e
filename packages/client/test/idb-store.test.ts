import { utf8 } from '@seal-chat/protocol';
import { IDBDatabase, IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { entries } from 'idb-keyval';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DeviceStore } from '../src/store/device-store.ts';
import { openDatabase } from '../src/store/idb-database.ts';
import { indexedDbStore } from '../src/store/idb-store.ts';

beforeAll(() => void vi.stubGlobal('IDBKeyRange', IDBKeyRange));
afterAll(() => void vi.unstubAllGlobals());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const LONG_AGO = 8 * 24 * 60 * 60 * 1000;
const { transaction } = IDBDatabase.prototype;

const put = (store: DeviceStore, expectedRev: number, value: string, key = 'a'): Promise<number> =>
  store.commit({ expectedRev, puts: new Map([[key, utf8(value)]]), deletes: [] });

async function textOf(store: DeviceStore, key = 'a'): Promise<string | null> {
  const [row] = await store.get([key]);
  return row ? Buffer.from(row).toString() : null;
}

async function databases(indexedDB: IDBFactory): Promise<readonly string[]> {
  return (await indexedDB.databases()).map(({ name }) => name ?? '').toSorted();
}

/** The key and the rows of a database as they are stored. */
async function dump(indexedDB: IDBFactory, name: string): Promise<Map<string, unknown>> {
  const { use, close } = openDatabase(indexedDB, name);
  const records = await entries<string, unknown>(use);
  await close();
  return new Map(records);
}

/** What a key makes of nothing: tells keys apart that cannot be read. */
async function mark(key: unknown): Promise<string> {
  const algorithm = { name: 'AES-GCM', iv: new Uint8Array(12) };
  return Buffer.from(await crypto.subtle.encrypt(algorithm, key as CryptoKey, new Uint8Array(0))).toString('hex');
}

/** The next transactions throw `name`; the others work. */
function failNext(name: string, count = 1): void {
  let left = count;
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (
    this: IDBDatabase,
    ...input: Parameters<typeof transaction>
  ) {
    // The options are ours: what the stand-in does on its own has none.
    if (input[2] !== undefined && left-- > 0) throw new DOMException('of the test', name);
    return transaction.apply(this, input);
  });
}

describe('a database that goes away', () => {
  it.each(['InvalidStateError', 'UnknownError', 'AbortError', 'TransactionInactiveError'])(
    'a connection lost with %s is opened again, for reading and for writing',
    async (name) => {
      const store = await indexedDbStore({ indexedDB: new IDBFactory() })('s');
      await put(store, 0, 'one');
      failNext(name);
      expect(await textOf(store)).toBe('one');
      failNext(name);
      expect(await put(store, 1, 'two')).toBe(2);
      expect(await textOf(store)).toBe('two');
      await store.close();
    },
  );

  it('a connection that stays lost is STORAGE_LOST, a full disk STORAGE_FULL, and both work again later', async () => {
    const store = await indexedDbStore({ indexedDB: new IDBFactory() })('s');
    await put(store, 0, 'one');
    failNext('UnknownError', 2);
    await expect(store.get(['a'])).rejects.toMatchObject({ code: 'STORAGE_LOST', isRetryable: true });
    expect(await textOf(store)).toBe('one');
    failNext('QuotaExceededError');
    await expect(put(store, 1, 'two')).rejects.toMatchObject({ code: 'STORAGE_FULL', isRetryable: true });
    expect(await put(store, 1, 'two')).toBe(2);
    await store.close();
  });

  it('an open that never answers is STORAGE_LOST after some seconds, and the next one is another', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const indexedDB = new IDBFactory();
    vi.spyOn(indexedDB, 'open').mockImplementationOnce(() => new EventTarget() as IDBOpenDBRequest);
    const opening = indexedDbStore({ indexedDB })('s');
    const outcome = opening.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(await outcome).toMatchObject({ code: 'STORAGE_LOST' });
    vi.useRealTimers();
    const store = await indexedDbStore({ indexedDB })('s');
    expect(await put(store, 0, 'one')).toBe(1);
    await store.close();
  });

  it('a browser that clears everything while a tab is open leaves an empty store that works', async () => {
    const indexedDB = new IDBFactory();
    const store = await indexedDbStore({ indexedDB })('s');
    await put(store, 0, 'one');
    for (const name of await databases(indexedDB)) indexedDB.deleteDatabase(name);
    await vi.waitFor(async () => expect(await databases(indexedDB)).toEqual([]));
    expect(await textOf(store)).toBeNull();
    expect(await store.revision()).toBe(0);
    expect(await put(store, 0, 'new')).toBe(1);
    await store.close();
  });
});

describe('what was deleted', () => {
  it('a wipe deletes the database with its key; what comes after is in another, under another key', async () => {
    const indexedDB = new IDBFactory();
    const store = await indexedDbStore({ indexedDB })('s');
    await put(store, 0, 'old');
    const { '!key': oldKey } = Object.fromEntries(await dump(indexedDB, 's#1'));
    await store.wipe();
    expect(await store.revision()).toBe(0);
    await put(store, 0, 'new');
    expect(await databases(indexedDB)).toEqual(['s', 's#2']);
    const records = await dump(indexedDB, 's#2');
    expect(await mark(records.get('!key'))).not.toEqual(await mark(oldKey));
    expect([...records.keys()].filter((key) => !key.startsWith('!'))).toEqual(['a']);
    await store.close();
  });

  it('a database is renewed when it is old: same rows and revision, another key, the old one gone', async () => {
    const indexedDB = new IDBFactory();
    const store = await indexedDbStore({ indexedDB })('s');
    for (let i = 0; i < 450; i++) await put(store, i, `value ${i}`, `k${String(i).padStart(3, '0')}`);
    await store.commit({ expectedRev: 450, puts: new Map(), deletes: ['k000'] });
    await store.renew!();
    expect(await databases(indexedDB)).toEqual(['s', 's#1']);

    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + LONG_AGO);
    const before = await dump(indexedDB, 's#1');
    await store.renew!();
    expect(await databases(indexedDB)).toEqual(['s', 's#2']);
    const after = await dump(indexedDB, 's#2');
    expect(await mark(after.get('!key'))).not.toEqual(await mark(before.get('!key')));
    expect(after.get('k001')).not.toEqual(before.get('k001'));
    expect(await store.revision()).toBe(451);
    const rows = await store.list({ prefix: 'k' });
    expect(rows).toHaveLength(449);
    expect(await textOf(store, 'k449')).toBe('value 449');
    expect(await put(store, 451, 'more')).toBe(452);
    await store.close();
    const again = await indexedDbStore({ indexedDB })('s');
    expect(await textOf(again)).toBe('more');
    await again.close();
  });

  it('another tab goes on in the renewed database, and a commit on what it read before is a conflict', async () => {
    const indexedDB = new IDBFactory();
    const first = await indexedDbStore({ indexedDB })('s');
    const second = await indexedDbStore({ indexedDB })('s');
    await put(first, 0, 'one');
    expect(await second.revision()).toBe(1);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + LONG_AGO);
    await first.renew!();
    await expect(put(second, 1, 'two')).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
    expect(await second.revision()).toBe(1);
    expect(await put(second, 1, 'two')).toBe(2);
    expect(await textOf(first)).toBe('two');
    await Promise.all([first.close(), second.close()]);
  });

  it('a write of another tab while the database is renewed is not lost: nothing moves', async () => {
    const indexedDB = new IDBFactory();
    const first = await indexedDbStore({ indexedDB })('s');
    const second = await indexedDbStore({ indexedDB })('s');
    await put(first, 0, 'one');
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + LONG_AGO);
    let writing: Promise<number> | null = null;
    vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (
      this: IDBDatabase,
      ...input: Parameters<typeof transaction>
    ) {
      // The first write into the new database: the rows have been read by then.
      if (this.name === 's#2' && input[1] === 'readwrite') writing ??= put(second, 1, 'two');
      return transaction.apply(this, input);
    });
    await first.renew!();
    await expect(writing).resolves.toBe(2);
    vi.restoreAllMocks();
    expect(await textOf(first)).toBe('two');
    expect(await first.revision()).toBe(2);
    await Promise.all([first.close(), second.close()]);
  });

  it.each(['renew', 'wipe'] as const)('a crash at any step of a %s leaves the store whole, old or new', async (act) => {
    for (let dieAt = 1; ; dieAt++) {
      const indexedDB = new IDBFactory();
      const store = await indexedDbStore({ indexedDB })('s');
      await put(store, 0, 'kept');
      const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + LONG_AGO);
      let steps = 0;
      const dying = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (
        this: IDBDatabase,
        ...input: Parameters<typeof transaction>
      ) {
        if (input[2] !== undefined && ++steps >= dieAt) throw new DOMException('the process has died', 'DataError');
        return transaction.apply(this, input);
      });
      const hasDied = await store[act]!().then(
        () => steps >= dieAt,
        () => true,
      );
      dying.mockRestore();
      now.mockRestore();
      await store.close();
      const again = await indexedDbStore({ indexedDB })('s');
      const text = await textOf(again);
      const rev = await again.revision();
      expect([dieAt, text, rev]).toEqual([dieAt, act === 'renew' ? 'kept' : text, text === 'kept' ? 1 : 0]);
      expect(await put(again, rev, 'next')).toBe(rev + 1);
      await again.close();
      if (!hasDied) {
        if (act === 'wipe') expect(text).toBeNull();
        expect(dieAt).toBeGreaterThan(5);
        return;
      }
    }
  });
});
