import { isSealError, utf8, type Bytes } from '@seal-chat/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeviceStore, RowRange, StoreFactory } from '../../src/store/device-store.ts';

const row = (text: string): Bytes => utf8(text);

/** What every store must do; each implementation runs all of it. */
export function describeStore(
  kind: string,
  medium: () => Promise<{ factory: StoreFactory; keepsAfterClose: boolean; dispose?: () => Promise<void> }>,
): void {
  describe(`${kind}: device store`, () => {
    let setup: Awaited<ReturnType<typeof medium>>;
    let store: DeviceStore;

    beforeEach(async () => {
      setup = await medium();
      store = await setup.factory('seal:pk:default');
    });
    afterEach(async () => {
      await store.close();
      await setup.dispose?.();
    });

    const write = async (entries: Record<string, string>, deletes: string[] = []): Promise<number> =>
      store.commit({
        expectedRev: await store.revision(),
        puts: new Map(Object.entries(entries).map(([key, value]) => [key, row(value)])),
        deletes,
      });
    const keysOf = async (range: RowRange): Promise<string[]> => (await store.list(range)).map(({ key }) => key);

    it('a new store is empty and at revision 0', async () => {
      expect(await store.revision()).toBe(0);
      expect(await store.get(['a', 'b'])).toEqual([null, null]);
      expect(await store.list({ prefix: 'a' })).toEqual([]);
    });

    it('a store returns what was committed, in the order asked for', async () => {
      expect(await write({ a: '1', b: '2' })).toBe(1);
      expect(await store.get(['b', 'none', 'a'])).toEqual([row('2'), null, row('1')]);
      expect(await write({ a: '3' }, ['b'])).toBe(2);
      expect(await store.get(['a', 'b'])).toEqual([row('3'), null]);
    });

    it('a store refuses a commit on another revision, and writes none of it', async () => {
      await write({ a: '1' });
      const late = store.commit({ expectedRev: 0, puts: new Map([['a', row('lost')]]), deletes: [] });
      await expect(late).rejects.toSatisfy((error) => isSealError(error, 'STORAGE_CONFLICT'));
      expect(await store.get(['a'])).toEqual([row('1')]);
      expect(await store.revision()).toBe(1);
    });

    it('one of two simultaneous commits wins', async () => {
      const commits = ['x', 'y'].map((value) =>
        store.commit({ expectedRev: 0, puts: new Map([['a', row(value)]]), deletes: [] }),
      );
      const outcomes = (await Promise.allSettled(commits)).map(({ status }) => status);
      expect(outcomes.toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(await store.revision()).toBe(1);
    });

    it('a store lists by prefix, bounds, order and limit', async () => {
      await write({ 'm/1': 'a', 'm/2': 'b', 'm/3': 'c', m0: 'no', 'l/9': 'no' });
      expect(await keysOf({ prefix: 'm/' })).toEqual(['m/1', 'm/2', 'm/3']);
      expect(await keysOf({ prefix: 'm/', order: 'descending', limit: 2 })).toEqual(['m/3', 'm/2']);
      expect(await keysOf({ prefix: 'm/', after: 'm/1' })).toEqual(['m/2', 'm/3']);
      expect(await keysOf({ prefix: 'm/', before: 'm/3', order: 'descending', limit: 1 })).toEqual(['m/2']);
      expect(await keysOf({ prefix: 'm/', after: 'm/3' })).toEqual([]);
      expect((await store.list({ prefix: 'm/', limit: 1 }))[0]?.value).toEqual(row('a'));
    });

    it('a store agrees with a plain sorted map, whatever is written', async () => {
      const key = fc.constantFrom('p/', 'p/a', 'p/b', 'p/bb', 'p/é', 'q', 'q/1');
      const change = fc.record({ puts: fc.dictionary(key, fc.string()), deletes: fc.array(key, { maxLength: 2 }) });
      const model = new Map<string, string>();
      await fc.assert(
        fc.asyncProperty(change, key, fc.option(key), async ({ puts, deletes }, prefix, before) => {
          await write(puts, deletes);
          for (const [name, value] of Object.entries(puts)) model.set(name, value);
          for (const name of deletes) model.delete(name);
          const expected = [...model.keys()].filter((name) => name.startsWith(prefix) && !(before && name >= before));
          expect(await keysOf({ prefix, ...(before && { before }) })).toEqual(expected.toSorted());
        }),
        { numRuns: 30 },
      );
    });

    it('a store hands out copies: changing what was read or written changes nothing stored', async () => {
      const value = row('1');
      await store.commit({ expectedRev: 0, puts: new Map([['a', value]]), deletes: [] });
      value.fill(0);
      const [read] = await store.get(['a']);
      read?.fill(0);
      expect(await store.get(['a'])).toEqual([row('1')]);
    });

    it('a store keeps everything when it is closed and opened again', async () => {
      if (!setup.keepsAfterClose) return;
      await write({ a: '1', b: '2' });
      await write({}, ['b']);
      await store.close();
      store = await setup.factory('seal:pk:default');
      expect(await store.revision()).toBe(2);
      expect(await store.get(['a', 'b'])).toEqual([row('1'), null]);
    });

    it('closing a store twice closes no other store', async () => {
      if (!setup.keepsAfterClose) return;
      const first = store;
      await first.close();
      store = await setup.factory('seal:pk:default');
      await first.close();
      expect(await write({ a: '1' })).toBe(1);
      await store.close();
      store = await setup.factory('seal:pk:default');
      expect(await store.get(['a'])).toEqual([row('1')]);
    });

    it('keeps stores of other names apart', async () => {
      await write({ a: '1' });
      const other = await setup.factory('seal:pk:bob');
      expect(await other.get(['a'])).toEqual([null]);
      expect(await other.revision()).toBe(0);
      await other.close();
    });

    it('forgets everything when wiped, and works again', async () => {
      await write({ a: '1' });
      await store.wipe();
      expect(await store.revision()).toBe(0);
      expect(await store.get(['a'])).toEqual([null]);
      expect(await write({ b: '2' })).toBe(1);
    });

    it('runs one task at a time under a lock, in order', async () => {
      const seen: string[] = [];
      const task = (label: string) =>
        store.locks.run('device', async () => {
          seen.push(`${label} begins`);
          await store.revision();
          seen.push(`${label} ends`);
        });
      await Promise.all([task('a'), task('b')]);
      expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    });

    it('frees a lock when the task fails, and lets waiters give up', async () => {
      await expect(store.locks.run('device', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
      const abort = new AbortController();
      await store.locks.run('leader', async () => {
        const waiting = store.locks.run('leader', async () => {}, abort.signal);
        abort.abort(new Error('enough'));
        await expect(waiting).rejects.toThrow('enough');
      });
      await expect(store.locks.run('leader', async () => 'mine')).resolves.toBe('mine');
    });
  });
}
