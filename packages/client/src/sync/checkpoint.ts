import { SealError } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import type { DeviceStore } from '../store/device-store.ts';
import { ROWS } from '../store/rows.ts';

/**
 * Each store reports a number to the server, a higher one with every connection, and begins with the one it reported last.
 * Where the server has seen a higher one, another store reported it: this one was put back to an earlier state, or it
 * was copied and both are in use. Ratchets here are then where they were before. Steps are random, so that two copies
 * do not report the same.
 */

/** The random part of a step is below this. */
const SPREAD = 2 ** 20;

/** The number that the server took last from this store while this page has been open. */
const accepted = new WeakMap<DeviceStore, number>();

/**
 * Tells the server what this store has reported, and reports more.
 *
 * @returns whether this store is behind what the server has seen
 * @throws SealError DEVICE_CLONED once, when it has become so while it was in use and another store has renewed this
 *   device's prekeys: then a copy of it is in use, and only one of the two goes on. The next call takes over from the copy
 */
export async function checkForRollback(deps: Deps): Promise<boolean> {
  if ((await isNewest(deps)) && (await claim(deps))) return false;
  if (accepted.get(deps.store) === (await reported(deps)) && (await hasCopyRenewed(deps))) {
    accepted.delete(deps.store);
    throw new SealError('DEVICE_CLONED', 'store: a copy is in use');
  }
  return true;
}

/** Whether the server has a later prekey of this device than this store has made. Its word about numbers is not enough. */
async function hasCopyRenewed({ api, reader }: Deps): Promise<boolean> {
  const { signedPreKeyId } = await api.preKeys.status.query();
  const own = (await reader.get(ROWS.preKeys))?.signed?.keyId ?? 0;
  return signedPreKeyId !== null && signedPreKeyId > own;
}

/**
 * Reports a number that is higher than the last by `step` and a random part. Committed first: one that was reported and
 * forgotten in a crash would look like that of a copy.
 *
 * @returns whether the server has seen none that is higher
 */
export async function claim(deps: Deps, step = 1): Promise<boolean> {
  const before = await reported(deps);
  const random = deps.rng(3).reduce((value, byte) => value * 256 + byte, 0) % SPREAD;
  const next = await deps.transact(async (tx) => {
    const value = ((await tx.get(ROWS.checkpoint)) ?? 0) + step + random;
    tx.put(ROWS.checkpoint, value);
    return value;
  });
  const isTaken = await tell(deps, next);
  // What was in use when it was overtaken is recognised by the number it had.
  if (isTaken) accepted.set(deps.store, next);
  else if (accepted.get(deps.store) === before) accepted.set(deps.store, next);
  return isTaken;
}

/** A checkpoint of the tab that led before may come in between; what this store reported last is newest the second time. */
async function isNewest(deps: Deps): Promise<boolean> {
  return (await tell(deps, await reported(deps))) || tell(deps, await reported(deps));
}

async function reported({ reader }: Deps): Promise<number> {
  return (await reader.get(ROWS.checkpoint)) ?? 0;
}

async function tell({ api }: Deps, rev: number): Promise<boolean> {
  return !(await api.devices.checkpoint.mutate({ rev })).rollback;
}
