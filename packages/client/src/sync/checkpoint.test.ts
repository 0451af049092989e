import { beforeEach, describe, expect, it } from 'vitest';
import type { Deps } from '../context/deps.ts';
import type { DeviceStore } from '../store/device-store.ts';
import { rowReader, transact } from '../store/device-tx.ts';
import { memoryStore } from '../store/memory-store.ts';
import { ROWS, type PreKeysRow } from '../store/rows.ts';
import { checkForRollback, claim } from './checkpoint.ts';

/** What the server keeps of the device: the highest number, and its present signed prekey. */
let server: { seen: number; signedPreKeyId: number | null };
/** Every number that the server was told. */
let told: number[];
/** What the random source gives next. */
let drawn: readonly number[];
let deps: Deps;
let store: DeviceStore;

/** The device over a store, as a page opens it. */
function open(over: DeviceStore): Deps {
  const checkpoint = async ({ rev }: { rev: number }) => {
    told.push(rev);
    const rollback = rev < server.seen;
    server.seen = Math.max(server.seen, rev);
    return { rollback };
  };
  const api = {
    devices: { checkpoint: { mutate: checkpoint } },
    preKeys: { status: { query: async () => ({ signedPreKeyId: server.signedPreKeyId }) } },
  };
  return {
    api: api as unknown as Deps['api'],
    store: over,
    reader: rowReader(over),
    transact: (task) => transact({ store: over, committed: () => {} }, task),
    rng: () => Uint8Array.from(drawn),
  } as Partial<Deps> as Deps;
}

const reported = async () => (await deps.reader.get(ROWS.checkpoint)) ?? 0;

/** The store as it was when it had reported `rev`. */
const putBack = (rev: number, over = store) => open(over).transact(async (tx) => tx.put(ROWS.checkpoint, rev));

beforeEach(async () => {
  [server, told, drawn] = [{ seen: 0, signedPreKeyId: null }, [], [0, 0, 0]];
  store = await memoryStore()('s');
  deps = open(store);
  const preKeys: PreKeysRow = {
    nextId: { signed: 5, oneTime: 1, kemOneTime: 1, kemLastResort: 1 },
    signed: { keyId: 4, createdAt: 1 },
    kemLastResort: null,
    replaced: [],
  };
  await deps.transact(async (tx) => tx.put(ROWS.preKeys, preKeys));
});

describe('the number that a store reports', () => {
  it('grows by the step and a random part of 20 bits, and is stored before it is told', async () => {
    expect(await claim(deps)).toBe(true);
    expect(await reported()).toBe(1);
    drawn = [0x01, 0x02, 0x03];
    await claim(deps, 1_000);
    expect(await reported()).toBe(1 + 1_000 + 0x01_02_03);
    drawn = [0xff, 0xff, 0xff];
    await claim(deps);
    expect(await reported()).toBe(1_001 + 0x01_02_03 + 1 + 0x0f_ff_ff);
    expect(told).toHaveLength(3);
    expect(told.at(-1)).toBe(await reported());
  });

  it('is stored even when the server cannot be told', async () => {
    const offline = { ...deps, api: { devices: { checkpoint: { mutate: () => Promise.reject(new Error('no')) } } } };
    await expect(claim(offline as unknown as Deps)).rejects.toThrow('no');
    expect(await reported()).toBe(1);
  });

  it('is no longer taken when the server has seen a higher one', async () => {
    server.seen = 2;
    expect(await claim(deps)).toBe(false);
    expect(await claim(deps)).toBe(true);
  });
});

describe('a store with every connection', () => {
  it('tells its last number, then a higher one, and is no rollback', async () => {
    for (let i = 0; i < 3; i++) expect(await checkForRollback(deps)).toBe(false);
    expect(told).toEqual([0, 1, 1, 2, 2, 3]);
  });

  it('is no rollback when another tab reported for it in between', async () => {
    await checkForRollback(deps);
    const mutate = async ({ rev }: { rev: number }) => {
      if (told.push(rev) === 3) await putBack((server.seen = 9));
      return { rollback: rev < server.seen };
    };
    const between = { ...deps, api: { ...deps.api, devices: { checkpoint: { mutate } } } as unknown as Deps['api'] };
    expect(await checkForRollback(between)).toBe(false);
    expect(told).toEqual([0, 1, 1, 9, 10]);
  });

  it('is one that was rolled back when the server has seen a higher number', async () => {
    server.seen = 7;
    expect(await checkForRollback(deps)).toBe(true);
  });

  it('is rolled back, too, when its next number is not the highest', async () => {
    const mutate = async () => ({ rollback: told.push(0) > 1 });
    const overtaken = { ...deps, api: { ...deps.api, devices: { checkpoint: { mutate } } } as unknown as Deps['api'] };
    expect(await checkForRollback(overtaken)).toBe(true);
  });
});

describe('a store that is overtaken while it is in use', () => {
  beforeEach(async () => {
    await checkForRollback(deps);
    server.seen += 100;
  });

  it('stops once when a copy has renewed the prekeys of the device, and takes over with the next call', async () => {
    server.signedPreKeyId = 5;
    await expect(checkForRollback(deps)).rejects.toMatchObject({ code: 'DEVICE_CLONED' });
    expect(await checkForRollback(deps)).toBe(true);
  });

  it('does not stop at the mere word of the server: its prekeys are those of this store', async () => {
    for (const signedPreKeyId of [4, 3, null]) {
      server.signedPreKeyId = signedPreKeyId;
      expect(await checkForRollback(deps)).toBe(true);
    }
  });

  it('stops also where this store has made no prekey yet', async () => {
    server.signedPreKeyId = 1;
    const preKeys = (await deps.reader.get(ROWS.preKeys))!;
    for (const change of ['no row', 'no key'] as const) {
      await deps.transact(async (tx) =>
        change === 'no row' ? tx.delete(ROWS.preKeys) : tx.put(ROWS.preKeys, { ...preKeys, signed: null }),
      );
      await expect(checkForRollback(deps), change).rejects.toMatchObject({ code: 'DEVICE_CLONED' });
      await claim(deps, server.seen);
      server.seen += 100;
    }
  });

  it('does not stop when it was put back under the open page: then no copy is in use', async () => {
    server.signedPreKeyId = 5;
    await putBack(0);
    expect(await checkForRollback(deps)).toBe(true);
  });

  it('stops where its own report was the one refused: the number it had is the one it was overtaken at', async () => {
    server.signedPreKeyId = 5;
    expect(await claim(deps)).toBe(false);
    await expect(checkForRollback(deps)).rejects.toMatchObject({ code: 'DEVICE_CLONED' });
  });

  it('does not stop after a refused report of a store that was put back', async () => {
    server.signedPreKeyId = 5;
    await putBack(0);
    drawn = [0, 0, 9];
    expect(await claim(deps)).toBe(false);
    expect(await checkForRollback(deps)).toBe(true);
  });

  it('does not stop where it was opened only now: a store that was put back looks the same', async () => {
    server.signedPreKeyId = 5;
    const other = await memoryStore()('s');
    await putBack(1, other);
    expect(await checkForRollback(open(other))).toBe(true);
  });
});
