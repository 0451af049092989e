import { SealError, utf8 } from '@seal-chat/protocol';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { toJson } from '../src/api/json.ts';
import { isSame } from '../src/state/is-same.ts';
import { checkRealm } from '../src/store/check-realm.ts';
import { rowReader, transact } from '../src/store/device-tx.ts';
import { indexedDbStore } from '../src/store/idb-store.ts';
import { decodeRow, encodeRow } from '../src/store/row-codec.ts';
import { memoryStore } from '../src/store/memory-store.ts';
import type { RowKey } from '../src/store/rows.ts';

beforeAll(() => void vi.stubGlobal('IDBKeyRange', IDBKeyRange));
afterAll(() => void vi.unstubAllGlobals());

/** Puts `value` in the place of a built-in while `work` runs, as a script of a page would. */
async function polluted<T>(owner: object, name: PropertyKey, value: unknown, work: () => T): Promise<Awaited<T>> {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { value, configurable: true, writable: true, enumerable: true });
  try {
    return await work();
  } finally {
    if (before === undefined) Reflect.deleteProperty(owner, name);
    else Object.defineProperty(owner, name, before);
  }
}

/** What Prototype 1.6 does to arrays, which shops and build servers shipped for years. */
function prototypeJson(this: unknown): string {
  return `[${(this as unknown[]).map(String).join(', ')}]`;
}

const row = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true }),
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array().map((bytes) => new Uint8Array(bytes)),
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value'), { noNullPrototype: true }),
  ),
})).value;

describe('rows', () => {
  it('a row is what it was, whatever it holds', () => {
    fc.assert(
      fc.property(row, (value) => {
        expect(decodeRow(encodeRow(value))).toEqual(value);
      }),
    );
    expect(decodeRow(encodeRow({ a: undefined, b: [undefined] }))).toEqual({ b: [null] });
    expect(() => encodeRow(new Map())).toThrow(TypeError);
    expect(() => encodeRow({ send() {} })).toThrow(TypeError);
  });

  it('a row that was cut off is damaged, and is no other row', () => {
    const bytes = encodeRow({ text: 'hello', list: [1, 2, new Uint8Array(9)], nested: { at: -1.5 } });
    for (let length = 4; length < bytes.length; length++)
      expect(() => decodeRow(bytes.slice(0, length))).toThrow(SealError);
  });

  it('a row takes no detour through a hook of the page', async () => {
    const value = { members: [{ userId: 'a' }], at: [1, 2], keys: new Uint8Array([1]) };
    const clean = encodeRow(value);
    const detours: readonly (readonly [object, PropertyKey, unknown])[] = [
      [Array.prototype, 'toJSON', prototypeJson],
      [Object.prototype, 'toJSON', () => 'object'],
      [String.prototype, 'toJSON', () => 'text'],
      [Uint8Array.prototype, 'set', () => undefined],
      [Uint8Array.prototype, 'slice', () => new Uint8Array(1)],
      [Uint8Array.prototype, 'subarray', () => new Uint8Array(1)],
      [TextEncoder.prototype, 'encode', () => new Uint8Array(1)],
      [TextDecoder.prototype, 'decode', () => ''],
      [String.prototype, 'substring', () => ''],
      [Object, 'keys', () => []],
      [Array, 'isArray', () => false],
    ];
    for (const [owner, name, hook] of detours) {
      const [bytes, read] = await polluted(owner, name, hook, () => [encodeRow(value), decodeRow(clean)] as const);
      expect([name, [...bytes]]).toEqual([name, [...clean]]);
      expect(read).toEqual(value);
    }
  });

  it('what a page with an old library stored opens on one without it, and the other way round', async () => {
    const indexedDB = new IDBFactory();
    const puts = new Map([['a', encodeRow({ list: [1] })]]);
    await polluted(Array.prototype, 'toJSON', prototypeJson, async () => {
      const store = await indexedDbStore({ indexedDB })('s');
      await store.commit({ expectedRev: 0, puts, deletes: [] });
      await store.close();
    });
    const store = await indexedDbStore({ indexedDB })('s');
    expect(decodeRow((await store.get(['a']))[0]!)).toEqual({ list: [1] });
    await store.commit({ expectedRev: 1, puts: new Map([['b', utf8('b')]]), deletes: [] });
    await store.close();
    await polluted(Array.prototype, 'toJSON', prototypeJson, async () => {
      const again = await indexedDbStore({ indexedDB })('s');
      expect((await again.get(['b']))[0]).toEqual(utf8('b'));
      await again.close();
    });
  });
});

describe('what other scripts have changed', () => {
  it('a clean page is clean, also with an old library’s toJSON and Array.from, on which nothing depends', async () => {
    expect(checkRealm).not.toThrow();
    await polluted(Array.prototype, 'toJSON', prototypeJson, () => expect(checkRealm).not.toThrow());
    await polluted(
      Array,
      'from',
      () => [],
      () => expect(checkRealm).not.toThrow(),
    );
    await polluted(
      Object.prototype,
      'extra',
      () => 0,
      () => expect(checkRealm).not.toThrow(),
    );
  });

  it.each<readonly [name: string, owner: object, property: PropertyKey, value: unknown]>([
    ['Array.prototype.map', Array.prototype, 'map', () => []],
    ['Array.prototype.filter', Array.prototype, 'filter', () => []],
    ['String.prototype.padStart', String.prototype, 'padStart', () => ''],
    ['String.prototype.split', String.prototype, 'split', () => []],
    ['Map.prototype.get', Map.prototype, 'get', () => undefined],
    ['Uint8Array.prototype.set', Uint8Array.prototype, 'set', () => undefined],
    ['Object.entries', Object, 'entries', () => []],
  ])('a changed %s is UNSAFE_PAGE before anything is written', async (_name, owner, property, value) => {
    const store = await memoryStore()('s');
    const key = 'row' as RowKey<string>;
    const deps = { store, committed: () => undefined };
    const writing = polluted(owner, property, value, () =>
      transact(deps, async (tx) => tx.put(key, 'a')).catch((error: unknown) => error),
    );
    expect(await writing).toMatchObject({ code: 'UNSAFE_PAGE' });
    expect(await store.revision()).toBe(0);
    await transact(deps, async (tx) => tx.put(key, 'a'));
    expect(await rowReader(store).get(key)).toBe('a');
  });
});

describe('requests', () => {
  it('JSON is what JSON.stringify makes without hooks, and is not asked for them', async () => {
    const input = { a: [1, 'x"\n', null, { b: undefined, c: true }], d: {} };
    expect(toJson(input)).toBe(JSON.stringify(input));
    expect(await polluted(Array.prototype, 'toJSON', prototypeJson, () => toJson(input))).toBe(JSON.stringify(input));
    expect(() => toJson({ a: 1n })).toThrow(TypeError);
  });

  it('plain data is the same by what it says', () => {
    fc.assert(
      fc.property(row, row, (a, b) => {
        expect(isSame(a, structuredClone(a))).toBe(true);
        expect(isSame(a, b)).toBe(isSame(b, a));
        if (isSame(a, b)) expect(encodeRow(a)).toEqual(encodeRow(b));
      }),
    );
    expect(isSame({ a: 1, b: undefined }, { a: 1 })).toBe(true);
    expect(isSame({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(isSame([1, [2]], [1, [3]])).toBe(false);
  });

  // What differs only in kind or in a name that every object inherits is rare among random pairs.
  it.each<readonly [a: unknown, b: unknown]>([
    [new Uint8Array(0), []],
    [new Uint8Array([1, 2]), [1, 2]],
    [[], {}],
    [new Uint8Array(0), {}],
    [['a'], { 0: 'a', length: 1 }],
    [null, {}],
    [0, '0'],
    [{}, JSON.parse('{"__proto__":null}')],
    [{}, JSON.parse('{"__proto__":1}')],
    [{}, JSON.parse('{"constructor":1}')],
  ])('plain data of two kinds is not the same, alone or inside: %j and %j', (a, b) => {
    for (const wrap of [(x: unknown) => x, (x: unknown) => [x], (x: unknown) => ({ x })]) {
      expect(encodeRow(wrap(a))).not.toEqual(encodeRow(wrap(b)));
      expect(isSame(wrap(a), wrap(b))).toBe(false);
      expect(isSame(wrap(b), wrap(a))).toBe(false);
    }
  });
});
