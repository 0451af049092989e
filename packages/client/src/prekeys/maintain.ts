import { createPreKey, privatePreKeyCodec, type PrivatePreKey } from '@seal-chat/crypto';
import { PREKEY_LIMITS, encode, times, toBase64, type PreKeyKind, type PublicPreKey } from '@seal-chat/protocol';
import type { PreKeyStatus } from '@seal-chat/protocol/api';
import { activeAccount } from '../store/account.ts';
import { type Deps } from '../context/deps.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, type AccountRow, type PreKeysRow } from '../store/rows.ts';

interface StockOptions {
  /** Replaces every key. */
  readonly renewAll: boolean;
  /** The device was registered just now. */
  readonly isNew?: boolean;
}

type PreKeyDeps = Pick<Deps, 'store' | 'api' | 'reader' | 'transact' | 'curves' | 'kem' | 'rng' | 'now'>;

const FIRST: PreKeysRow = {
  nextId: { signed: 1, oneTime: 1, kemOneTime: 1, kemLastResort: 1 },
  signed: null,
  kemLastResort: null,
  replaced: [],
};

/** Ids a state that was lost may have used, more than any does in a year: the server takes no id twice. */
const LOST_IDS = 100_000;

/** The stock of a device that has just been registered. */
const EMPTY: PreKeyStatus = {
  signedPreKeyId: null,
  lastResortKemPreKeyId: null,
  oneTimePreKeyIds: [],
  oneTimeKemPreKeyIds: [],
};

/** How many keys of each kind are to be made. */
type Order = Readonly<Record<PreKeyKind, number>>;

/**
 * Keeps the server's stock of this device's prekeys as it should be: signed and last-resort keys fresh, one-time keys
 * enough. Private halves are stored before public ones leave. A one-time key the server has and this device does not
 * know is of a lost state, and so may others be: the whole stock is replaced then.
 *
 * @param options `renewAll` after a rollback, or when sessions that others start here keep failing: replaces every key;
 *   `isNew` right after the device was registered: the server need not be asked what it has
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export function maintainPreKeys(deps: PreKeyDeps, options: StockOptions): Promise<void> {
  // Two that fill the stock at once would both find it empty.
  return deps.store.locks.run('prekeys', () => fillStock(deps, options));
}

async function fillStock(deps: PreKeyDeps, { renewAll, isNew = false }: StockOptions): Promise<void> {
  const { api, reader, transact, now } = deps;
  const account = await activeAccount(reader);
  const status = isNew && (await reader.get(ROWS.preKeys)) === null ? EMPTY : await api.preKeys.status.query();
  const { order, replaceStock } = await transact(async (tx) => {
    const row = (await tx.get(ROWS.preKeys)) ?? FIRST;
    await deleteOutdated(tx, row, { status, now: now() });
    return orderFor(tx, row, { status, renewAll, now: now() });
  });
  if (Object.values(order).every((count) => count === 0)) return;
  const made = await makeKeys(deps, account, order, replaceStock ? LOST_IDS : 0);
  await api.preKeys.publish.mutate({
    signedPreKey: made.signed[0] ?? null,
    lastResortKemPreKey: made.kemLastResort[0] ?? null,
    oneTimePreKeys: made.oneTime,
    oneTimeKemPreKeys: made.kemOneTime,
    ...(replaceStock && { replaceStock }),
  });
}

async function orderFor(
  tx: DeviceTx,
  row: PreKeysRow,
  input: { readonly status: PreKeyStatus; readonly renewAll: boolean; readonly now: number },
): Promise<{ readonly order: Order; readonly replaceStock: boolean }> {
  const { status, renewAll, now } = input;
  const isDue = async (kind: 'signed' | 'kemLastResort', published: number | null): Promise<boolean> => {
    const current = row[kind];
    if (renewAll || current === null || current.keyId !== published) return true;
    const isTooOld = now - current.createdAt > PREKEY_LIMITS.signedRotationMs;
    return isTooOld || (await tx.get(ROWS.preKey(kind, current.keyId))) === null;
  };
  const published = { oneTime: status.oneTimePreKeyIds, kemOneTime: status.oneTimeKemPreKeyIds };
  const replaceStock =
    renewAll ||
    !(await hasAll(tx, 'oneTime', published.oneTime)) ||
    !(await hasAll(tx, 'kemOneTime', published.kemOneTime));
  const missing = (stock: number): number => {
    if (replaceStock) return PREKEY_LIMITS.oneTimeTarget;
    return stock < PREKEY_LIMITS.oneTimeRefillBelow ? PREKEY_LIMITS.oneTimeTarget - stock : 0;
  };
  const order = {
    signed: (await isDue('signed', status.signedPreKeyId)) ? 1 : 0,
    kemLastResort: (await isDue('kemLastResort', status.lastResortKemPreKeyId)) ? 1 : 0,
    oneTime: missing(published.oneTime.length),
    kemOneTime: missing(published.kemOneTime.length),
  };
  return { order, replaceStock };
}

/** Whether the private halves of all published keys are here. */
async function hasAll(tx: DeviceTx, kind: PreKeyKind, published: readonly number[]): Promise<boolean> {
  const here = new Set<string>((await tx.list(ROWS.preKeysOf(kind))).map(({ key }) => key));
  return published.every((keyId) => here.has(ROWS.preKey(kind, keyId)));
}

/** Takes ids, makes the keys outside of the lock (it takes a while), stores the private halves; returns the public. */
async function makeKeys(
  deps: PreKeyDeps,
  { tenantId, userId, device }: AccountRow,
  order: Order,
  skippedIds: number,
): Promise<Record<PreKeyKind, WirePreKey[]>> {
  const { transact, curves, rng, now } = deps;
  const kinds = Object.keys(order) as PreKeyKind[];
  const firstIds = await transact(async (tx) => {
    const row = (await tx.get(ROWS.preKeys)) ?? FIRST;
    const nextId = { ...row.nextId };
    const firstId = { ...row.nextId };
    for (const kind of kinds) {
      firstId[kind] += skippedIds;
      nextId[kind] = firstId[kind] + order[kind];
    }
    tx.put(ROWS.preKeys, { ...row, nextId });
    return firstId;
  });
  const kem = await deps.kem();
  const owner = { tenantId, userId, deviceId: device.deviceId };
  const make = (kind: PreKeyKind, keyId: number) =>
    createPreKey({ curves, kem, rng, owner, signKeys: device.sign, kind, keyId, now: now() });
  const made = await Promise.all(kinds.flatMap((kind) => times(order[kind], (i) => make(kind, firstIds[kind] + i))));
  await transact((tx) =>
    storePrivate(
      tx,
      made.map(({ privatePreKey }) => privatePreKey),
      now(),
    ),
  );
  const publicKeys = (kind: PreKeyKind): WirePreKey[] =>
    made.filter(({ privatePreKey }) => privatePreKey.kind === kind).map(({ publicPreKey }) => onWire(publicPreKey));
  return {
    signed: publicKeys('signed'),
    oneTime: publicKeys('oneTime'),
    kemOneTime: publicKeys('kemOneTime'),
    kemLastResort: publicKeys('kemLastResort'),
  };
}

async function storePrivate(tx: DeviceTx, made: readonly PrivatePreKey[], now: number): Promise<void> {
  let row = (await tx.get(ROWS.preKeys)) ?? FIRST;
  for (const preKey of made) {
    const { kind, keyId, createdAt } = preKey;
    tx.put(ROWS.preKey(kind, keyId), encode(privatePreKeyCodec, preKey));
    if (kind !== 'signed' && kind !== 'kemLastResort') continue;
    const old = row[kind];
    const replaced = old === null ? row.replaced : [...row.replaced, { kind, keyId: old.keyId, replacedAt: now }];
    row = { ...row, [kind]: { keyId, createdAt }, replaced };
  }
  tx.put(ROWS.preKeys, row);
}

/**
 * Deletes private halves of keys replaced some time ago, and the oldest one-time keys above the limit. One-time keys
 * that the server still hands out stay, whatever their number.
 */
async function deleteOutdated(
  tx: DeviceTx,
  row: PreKeysRow,
  { status, now }: { readonly status: PreKeyStatus; readonly now: number },
): Promise<void> {
  const isOver = ({ replacedAt }: PreKeysRow['replaced'][number]): boolean =>
    now - replacedAt > PREKEY_LIMITS.signedRetentionMs;
  for (const { kind, keyId } of row.replaced.filter(isOver)) tx.delete(ROWS.preKey(kind, keyId));
  if (row.replaced.some(isOver)) tx.put(ROWS.preKeys, { ...row, replaced: row.replaced.filter((old) => !isOver(old)) });

  for (const [kind, published] of [
    ['oneTime', status.oneTimePreKeyIds],
    ['kemOneTime', status.oneTimeKemPreKeyIds],
  ] as const) {
    const onServer = new Set<string>(published.map((keyId) => ROWS.preKey(kind, keyId)));
    const kept = await tx.list(ROWS.preKeysOf(kind));
    const surplus = Math.max(0, kept.length - PREKEY_LIMITS.oneTimePrivateMax);
    for (const { key } of kept.filter((found) => !onServer.has(found.key)).slice(0, surplus)) tx.delete(key);
  }
}

interface WirePreKey {
  readonly keyId: number;
  readonly publicKey: string;
  readonly signature: string;
}

function onWire({ keyId, publicKey, signature }: PublicPreKey): WirePreKey {
  return { keyId, publicKey: toBase64(publicKey), signature: toBase64(signature) };
}
