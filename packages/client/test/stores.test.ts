import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSealError, utf8 } from '@seal-chat/protocol';
import { IDBDatabase, IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { entries, set } from 'idb-keyval';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fileStore } from '../src/node/file-store.ts';
import type { DeviceStore } from '../src/store/device-store.ts';
import { openDatabase } from '../src/store/idb-database.ts';
import { indexedDbStore } from '../src/store/idb-store.ts';
import { memoryStore } from '../src/store/memory-store.ts';
import { describeStore } from './support/store-conformance.ts';

beforeAll(() => void vi.stubGlobal('IDBKeyRange', IDBKeyRange));
afterAll(() => void vi.unstubAllGlobals());

describeStore('memory', async () => ({ factory: memoryStore(), keepsAfterClose: true }));

describeStore('file', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'seal-store-'));
  return { factory: fileStore(directory), keepsAfterClose: true, dispose: () => rm(directory, { recursive: true }) };
});

describeStore('IndexedDB', async () => ({
  factory: indexedDbStore({ indexedDB: new IDBFactory() }),
  keepsAfterClose: true,
}));

const put = (store: DeviceStore, expectedRev: number, value: string): Promise<number> =>
  store.commit({ expectedRev, puts: new Map([['a', utf8(value)]]), deletes: [] });

describe('file store', () => {
  const withDirectory = async (test: (directory: string) => Promise<void>): Promise<void> => {
    const directory = await mkdtemp(join(tmpdir(), 'seal-store-'));
    try {
      await test(directory);
    } finally {
      await rm(directory, { recursive: true });
    }
  };
  const logOf = (directory: string): string => join(directory, 's', 'log');

  it('the file store ignores a record that a crash cut off, and continues from the one before', () =>
    withDirectory(async (directory) => {
      const store = await fileStore(directory)('s');
      await put(store, 0, 'kept');
      const kept = (await stat(logOf(directory))).size;
      await put(store, 1, 'torn');
      const whole = (await stat(logOf(directory))).size;
      await store.close();
      for (let length = whole - 1; length > kept; length -= 7) {
        await truncate(logOf(directory), length);
        const again = await fileStore(directory)('s');
        expect(await again.revision()).toBe(1);
        expect(await again.get(['a'])).toEqual([utf8('kept')]);
        expect(await put(again, 1, 'new')).toBe(2);
        await again.close();
      }
    }));

  it('the file store refuses to open a log that is damaged before its end', () =>
    withDirectory(async (directory) => {
      const store = await fileStore(directory)('s');
      await put(store, 0, 'first');
      await put(store, 1, 'second');
      await store.close();
      const log = await readFile(logOf(directory));
      log[40] = log[40]! ^ 1;
      await writeFile(logOf(directory), log);
      await expect(fileStore(directory)('s')).rejects.toSatisfy((error) => isSealError(error, 'STORAGE_FAILED'));
    }));

  it('the file store ignores zeros at the end, as a power cut leaves them', () =>
    withDirectory(async (directory) => {
      const store = await fileStore(directory)('s');
      await put(store, 0, 'kept');
      await store.close();
      await appendFile(logOf(directory), new Uint8Array(100));
      const again = await fileStore(directory)('s');
      expect(await again.get(['a'])).toEqual([utf8('kept')]);
      await again.close();
    }));

  it('one process at a time uses the file store, and takes over from one that died', () =>
    withDirectory(async (directory) => {
      const store = await fileStore(directory)('s');
      await expect(fileStore(directory)('s')).rejects.toSatisfy((error) => isSealError(error, 'STORAGE_FAILED'));
      await store.close();
      await writeFile(join(directory, 's', 'lock'), '4194303 1');
      await (await fileStore(directory)('s')).close();
    }));

  it('only its owner can read the file store, and it stays small under rewriting', () =>
    withDirectory(async (directory) => {
      const store = await fileStore(directory)('s');
      const value = 'x'.repeat(65_536);
      for (let rev = 0; rev < 40; rev++) await put(store, rev, value);
      const { mode, size } = await stat(logOf(directory));
      expect(mode & 0o777).toBe(0o600);
      expect(size).toBeLessThan(1_500_000);
      await store.close();
      const again = await fileStore(directory)('s');
      expect(await again.revision()).toBe(40);
      await again.close();
    }));
});

describe('IndexedDB store', () => {
  it('the IndexedDB store seals every row under a key that cannot be read', async () => {
    const indexedDB = new IDBFactory();
    const store = await indexedDbStore({ indexedDB })('s');
    await put(store, 0, 'canary-text');
    expect(store.atRest).toBe('non-extractable-key');
    const records = await dump(indexedDB, 's#1');
    expect(records.get('!key')).toMatchObject({ extractable: false });
    const row = records.get('a') as { sealed: Uint8Array };
    expect(Buffer.from(row.sealed).includes('canary')).toBe(false);
    await store.close();
  });

  it('the IndexedDB store notices a row that was put in the place of another', async () => {
    const indexedDB = new IDBFactory();
    const store = await indexedDbStore({ indexedDB })('s');
    await put(store, 0, 'mine');
    const records = await dump(indexedDB, 's#1');
    await overwrite(indexedDB, 's#1', 'b', records.get('a'));
    await expect(store.get(['b'])).rejects.toSatisfy((error) => isSealError(error, 'STORAGE_FAILED'));
    await store.close();
  });

  it('the store keeps its key as bytes, and says so, where a CryptoKey does not survive', async () => {
    const indexedDB = new IDBFactory();
    const clone = globalThis.structuredClone;
    vi.stubGlobal('structuredClone', (value: unknown) => {
      if (value instanceof CryptoKey) throw new DOMException('no keys here', 'DataCloneError');
      return clone(value);
    });
    try {
      const store = await indexedDbStore({ indexedDB })('s');
      expect(store.atRest).toBe('stored-key');
      await put(store, 0, 'mine');
      await store.close();
      const again = await indexedDbStore({ indexedDB })('s');
      expect(await again.get(['a'])).toEqual([utf8('mine')]);
      await again.close();
    } finally {
      vi.stubGlobal('structuredClone', clone);
    }
  });

  it('the store fails closed when rows exist without their key', async () => {
    const indexedDB = new IDBFactory();
    const store = await indexedDbStore({ indexedDB })('s');
    await put(store, 0, 'mine');
    await store.close();
    await overwrite(indexedDB, 's#1', '!key', null);
    await expect(indexedDbStore({ indexedDB })('s')).rejects.toSatisfy((error) => isSealError(error, 'STORAGE_FAILED'));
  });

  it('the store continues after the browser closed the connection', async () => {
    const indexedDB = new IDBFactory();
    const store = await indexedDbStore({ indexedDB })('s');
    const connection = vi.spyOn(IDBDatabase.prototype, 'transaction');
    connection.mockImplementationOnce(() => {
      throw new DOMException('The database connection is closing.', 'InvalidStateError');
    });
    expect(await put(store, 0, 'mine')).toBe(1);
    expect(await store.get(['a'])).toEqual([utf8('mine')]);
    connection.mockRestore();
    await store.close();
  });

  it('a second tab continues to read and write after the first one wiped the store', async () => {
    const indexedDB = new IDBFactory();
    const first = await indexedDbStore({ indexedDB })('s');
    const second = await indexedDbStore({ indexedDB })('s');
    await put(first, 0, 'old');
    await first.wipe();
    await put(first, 0, 'new');
    expect(await second.get(['a'])).toEqual([utf8('new')]);
    const third = await indexedDbStore({ indexedDB })('s');
    await first.wipe();
    await expect(put(third, 0, 'other')).rejects.toSatisfy((error) => isSealError(error, 'STORAGE_CONFLICT'));
    await put(third, 0, 'other');
    expect(await first.get(['a'])).toEqual([utf8('other')]);
    await Promise.all([first.close(), second.close(), third.close()]);
  });

  it('the store asks for durable transactions', async () => {
    const indexedDB = new IDBFactory();
    const store = await indexedDbStore({ indexedDB })('s');
    const transactions = vi.spyOn(IDBDatabase.prototype, 'transaction');
    await put(store, 0, 'mine');
    expect(
      transactions.mock.calls.every(([, , options]) => (options as IDBTransactionOptions).durability === 'strict'),
    ).toBe(true);
    transactions.mockRestore();
    await store.close();
  });
});

/** Everything in the database as it is stored. */
async function dump(indexedDB: IDBFactory, name: string): Promise<Map<string, unknown>> {
  const { use, close } = openDatabase(indexedDB, name);
  const records = await entries<string, unknown>(use);
  await close();
  return new Map(records);
}

async function overwrite(indexedDB: IDBFactory, name: string, key: string, value: unknown): Promise<void> {
  const { use, close } = openDatabase(indexedDB, name);
  await set(key, value, use);
  await close();
}
