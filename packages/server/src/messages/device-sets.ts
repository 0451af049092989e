import { decode, deviceListCodec, type DeviceId } from '@seal-chat/protocol';
import { findList, type Account } from '../devices/lookup.ts';
import type { PrismaDoor } from '../db/doors.ts';

/** The devices of an account at a version of its list; null when there is no such version. */
export type DeviceSet = readonly DeviceId[] | null;

/** Device sets by account and version. They never change, so they are kept in memory. */
export interface DeviceSets {
  /** The set, at once when it is in memory. */
  find(account: Account, version: number): DeviceSet | Promise<DeviceSet>;
}

const MAX_SETS = 20_000;

export function createDeviceSets(prisma: PrismaDoor): DeviceSets {
  /** The least recently used first. */
  const sets = new Map<string, readonly DeviceId[]>();

  async function load(key: string, account: Account, version: number): Promise<DeviceSet> {
    const signed = await findList(prisma.of(account.tenantId), account, version);
    // A version that is missing may be published later, so only those that are there are remembered.
    if (signed === null) return null;
    const set = decode(deviceListCodec, signed.bytes).devices.map(({ deviceId }) => deviceId);
    if (sets.size >= MAX_SETS) sets.delete(sets.keys().next().value!);
    sets.set(key, set);
    return set;
  }

  return {
    find(account, version) {
      const key = `${account.tenantId}${account.userId}${version}`;
      const set = sets.get(key);
      if (set === undefined) return load(key, account, version);
      sets.delete(key);
      sets.set(key, set);
      return set;
    },
  };
}
