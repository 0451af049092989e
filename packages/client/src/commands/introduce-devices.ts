import { MAX_ENTRIES, SYNC_TOPICS } from '@seal-chat/protocol';
import type { ComposeDeps } from '../context/deps.ts';
import { otherDevices } from '../conversations/registers.ts';
import { announce } from '../conversations/write-registers.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, type AccountRow } from '../store/rows.ts';

/**
 * Tells devices of the account that are new what the registers say. What every other device knows already is known from
 * `introduced`; a device that came after others begins with those.
 */
export async function introduceNewDevices(deps: ComposeDeps): Promise<void> {
  await deps.transact((tx) => introduceIn(deps, tx));
}

async function introduceIn(deps: ComposeDeps, tx: DeviceTx): Promise<void> {
  const account = await activeAccount(tx);
  const others = await otherDevices(tx, account);
  const introduced = (await tx.get(ROWS.introduced)) ?? (await presentBefore(tx, account));
  const isNews = others.some(({ deviceId }) => !introduced.includes(deviceId));
  if (!isNews && (await tx.get(ROWS.introduced)) !== null) return;
  tx.put(
    ROWS.introduced,
    others.map(({ deviceId }) => deviceId),
  );
  if (!isNews) return;
  for (const topic of Object.values(SYNC_TOPICS)) {
    const entries = (await tx.list(ROWS.registersAbout(topic))).map(({ value }) => value);
    for (let at = 0; at < entries.length; at += MAX_ENTRIES)
      await announce(deps, tx, topic, entries.slice(at, at + MAX_ENTRIES));
  }
}

/** Devices that were on the list when this one came: they tell it, and it has nothing to tell them. */
async function presentBefore(tx: DeviceTx, { userId, device }: AccountRow) {
  const devices = (await tx.get(ROWS.peer(userId)))?.known.list.devices ?? [];
  const own = devices.find(({ deviceId }) => deviceId === device.deviceId);
  return devices.filter(({ addedIn }) => own !== undefined && addedIn < own.addedIn).map(({ deviceId }) => deviceId);
}
