import { MAX_ENTRIES, SYNC_TOPICS, type UserId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import type { LeaderPart } from '../context/leader-part.ts';
import { announce, otherDevices } from '../conversations/registers.ts';
import { learnDeviceLists } from '../peers/device-lists.ts';
import { createTaskQueue } from '../state/task-queue.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, type AccountRow } from '../store/rows.ts';
import { reportFinal } from './report-final.ts';

/**
 * Tells a new device of the account what the registers say. Every device that was there before does: which of them is
 * connected next, none can know, and telling twice changes nothing. And fetches the lists of people who were verified
 * elsewhere, so that their keys are compared before anything is sent.
 */
export function createOwnDevicesPart(deps: Deps): LeaderPart {
  const queue = createTaskQueue(reportFinal(deps));
  const check = (): void => void queue.add(() => deps.transact((tx) => introduceNew(deps, tx)));
  const compare = (): void => void queue.add(() => learnVerified(deps));
  return {
    connected() {
      check();
      compare();
    },
    committed(keys) {
      if (keys.some((key) => key.startsWith(PEERS))) check();
      if (keys.some((key) => key.startsWith(VERIFIED))) compare();
    },
    stop: () => queue.idle(),
  };
}

const PEERS = 'peer/';
const VERIFIED = ROWS.registersAbout(SYNC_TOPICS.verified);

async function learnVerified(deps: Deps): Promise<void> {
  for (const { value } of await deps.reader.list(VERIFIED)) {
    const userId = value.subject as UserId;
    if (value.value.length === 0 || (await deps.reader.get(ROWS.peer(userId))) !== null) continue;
    await learnDeviceLists(deps, [userId]);
  }
}

async function introduceNew(deps: Deps, tx: DeviceTx): Promise<void> {
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
