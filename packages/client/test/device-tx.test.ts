import { isSealError, utf8 } from '@seal-chat/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DeviceStore } from '../src/index.ts';
import { memoryStore } from '../src/store/memory-store.ts';
import { decodeRow, encodeRow } from '../src/store/row-codec.ts';
import { rowReader, transact, type Committed } from '../src/store/device-tx.ts';
import type { RowKey, RowPrefix } from '../src/store/rows.ts';

const key = (name: string) => `n/${name}` as RowKey<number>;
const all = 'n/' as RowPrefix<number>;

let store: DeviceStore;
let commits: Committed[];
beforeEach(async () => {
  store = await memoryStore()('s');
  commits = [];
});
const run: <T>(task: Parameters<typeof transact<T>>[1]) => Promise<T> = (task) =>
  transact({ store, committed: (change) => void commits.push(change) }, task);

describe('a transaction of the device', () => {
  it('a transaction reads its own writes, and lists them among the stored ones', async () => {
    await run(async (tx) => ['a', 'b', 'd'].forEach((name, i) => tx.put(key(name), i)));
    await run(async (tx) => {
      tx.put(key('c'), 10);
      tx.put(key('b'), 11);
      tx.delete(key('d'));
      expect(await tx.get(key('d'))).toBeNull();
      expect((await tx.list(all)).map(({ value }) => value)).toEqual([0, 11, 10]);
      const last = await tx.list(all, { order: 'descending', limit: 1 });
      expect(last.map(({ value }) => value)).toEqual([10]);
      const between = await tx.list(all, { after: key('a'), before: key('c') });
      expect(between.map(({ value }) => value)).toEqual([11]);
    });
  });

  it('a transaction that fails writes nothing', async () => {
    const failing = run(async (tx) => {
      tx.put(key('a'), 1);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await rowReader(store).get(key('a'))).toBeNull();
    expect(commits).toEqual([]);
  });

  it('an attempt that fails is undone, and the writes before it stay', async () => {
    await run(async (tx) => {
      tx.put(key('a'), 1);
      const attempt = tx.attempt(async () => {
        tx.put(key('a'), 2);
        tx.put(key('b'), 2);
        tx.announce({ type: 'wiped' });
        throw new Error('no');
      });
      await expect(attempt).rejects.toThrow('no');
      expect(await tx.get(key('a'))).toBe(1);
    });
    expect(await rowReader(store).get(key('b'))).toBeNull();
    expect(commits).toEqual([{ keys: ['n/a'], announcements: [] }]);
  });

  it('a transaction runs again when another tab wrote in between', async () => {
    let runs = 0;
    const result = await run(async (tx) => {
      const seen = (await tx.get(key('a'))) ?? 0;
      if (++runs === 1) await store.commit({ expectedRev: 0, puts: new Map([['n/a', encodeRow(5)]]), deletes: [] });
      tx.put(key('a'), seen + 1);
      return seen;
    });
    expect([runs, result]).toEqual([2, 5]);
    expect(await rowReader(store).get(key('a'))).toBe(6);
  });

  it('a transaction gives up when another tab is always quicker', async () => {
    const hopeless = run(async (tx) => {
      await store.commit({ expectedRev: await store.revision(), puts: new Map(), deletes: ['x'] });
      tx.put(key('a'), 1);
    });
    await expect(hopeless).rejects.toSatisfy((error) => isSealError(error, 'STORAGE_CONFLICT'));
  });

  it('bytes stay bytes, alone and inside of values', async () => {
    const value = { name: 'ü', keys: [utf8('one'), new Uint8Array(0)], inner: { key: utf8('two') }, none: null };
    expect(decodeRow(encodeRow(value))).toEqual(value);
    const raw = 'r' as RowKey<Uint8Array>;
    await run(async (tx) => tx.put(raw, utf8('raw')));
    expect(await rowReader(store).get(raw)).toEqual(utf8('raw'));
  });
});
