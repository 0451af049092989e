import { decode, deviceListCodec, type DeviceId } from '@seal-chat/protocol';
import { findList, type Account } from '../devices/store.ts';
import type { PrismaClient } from '../generated/client.ts';

/** The devices of an account at a version of its list; null when there is no such version. */
export type DeviceSet = readonly DeviceId[] | null;

/** Device sets by account and version. They never change, so they are kept in memory. */
export interface DeviceSets {
  /** The set when it is in memory, else undefined. */
  peek(account: Account, version: number): DeviceSet | undefined;
  load(account: Account, version: number): Promise<DeviceSet>;
}

const MAX_SETS = 20_000;

export function createDeviceSets(prisma: PrismaClient): DeviceSets {
  /** The least recently used first. */
  const sets = new Map<string, readonly DeviceId[]>();

  function peek({ tenantId, userId }: Account, version: number): DeviceSet | undefined {
    const key = `${tenantId}${userId}${version}`;
    const set = sets.get(key);
    if (set === undefined) return undefined;
    sets.delete(key);
    sets.set(key, set);
    return set;
  }

  return {
    peek,
    async load(account, version) {
      const signed = await findList(prisma, account, version);
      // A version that is missing may be published later, so only those that are there are remembered.
      if (signed === null) return null;
      const set = decode(deviceListCodec, signed.bytes).devices.map(({ deviceId }) => deviceId);
      if (sets.size >= MAX_SETS)
        for (const [oldest] of sets.entries()) {
          sets.delete(oldest);
          break;
        }
      sets.set(`${account.tenantId}${account.userId}${version}`, set);
      return set;
    },
  };
}
