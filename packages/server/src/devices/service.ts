import {
  COUNT_LIMITS,
  SealError,
  type Device,
  type DeviceId,
  type SignedDeviceList,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import type { CheckpointAnswer, DeviceListsAnswer, SignedDeviceListAnswer } from '@seal-chat/protocol/api';
import {
  checkDeviceListContinues,
  findDevice,
  verifyDeviceList,
  type Curves,
  type VerifiedDeviceList,
} from '@seal-chat/crypto/verify';
import { chunks, type Bus } from '../bus/bus.ts';
import { base64Of } from '../db/bytes.ts';
import { transact, type Transaction } from '../db/transaction.ts';
import type { PrismaClient } from '../generated/client.ts';
import type { Session } from '../sessions/session.ts';
import type { Audience } from '../delivery/audience.ts';
import { findExistingUsers } from '../users/lookup.ts';
import type { Account } from './lookup.ts';
import {
  findChannels,
  findLatestList,
  findListsSince,
  findRemovedDevices,
  insertDevices,
  insertList,
  lockAccount,
  lockConversations,
  raiseCheckpoint,
  removeDevices,
  setListVersion,
} from './store.ts';

/** A device list that was checked against the one before it, and what it changes. */
export interface ListChange {
  readonly account: Account;
  readonly next: VerifiedDeviceList;
  readonly added: readonly Device[];
  readonly removed: readonly DeviceId[];
}

/** Signed device lists: who may read, extend and shorten them. */
export interface DevicesService {
  /** Lists the device lists of users. @throws SealError NOT_FOUND when the tenant has none of the users */
  lists(
    tenantId: TenantId,
    users: readonly { readonly userId: UserId; readonly since: number }[],
  ): Promise<DeviceListsAnswer>;
  /** The latest list of an account, as it is stored; null when there is no such account. */
  latest(account: Account): Promise<VerifiedDeviceList | null>;
  /** Checks that `signed` continues the account's latest list. @throws SealError as `checkDeviceListContinues` */
  checkNext(account: Account, previous: VerifiedDeviceList, next: VerifiedDeviceList): Promise<ListChange>;
  /**
   * Stores a change inside a transaction.
   * @throws SealError DEVICE_LIST_REJECTED when a newer list was published first, CONFLICT when a new device's id is taken
   */
  store(tx: Transaction, change: ListChange): Promise<void>;
  /**
   * Stores the first list of a new account with its one device, inside a transaction.
   * @throws SealError CONFLICT when the device's id is taken
   */
  storeFirst(tx: Transaction, account: Account, first: VerifiedDeviceList): Promise<void>;
  /** Tells the account's devices, its peers and its channels, after the commit. */
  announce(change: ListChange): Promise<void>;
  /**
   * Publishes the caller's next list, with devices removed.
   * @throws SealError DEVICE_LIST_REJECTED, BAD_SIGNATURE, NOT_FOUND, and as `checkNext`
   */
  update(session: Session, signed: SignedDeviceList): Promise<void>;
  checkpoint(session: Session, rev: number): Promise<CheckpointAnswer>;
}

export function createDevicesService(deps: {
  readonly prisma: PrismaClient;
  readonly curves: Pick<Curves, 'verify'>;
  readonly bus: Bus;
  readonly audience: Audience;
  readonly clock: () => number;
}): DevicesService {
  const { prisma, curves, bus, audience, clock } = deps;

  async function latest(account: Account): Promise<VerifiedDeviceList | null> {
    const signed = await findLatestList(prisma, account);
    return signed && verifyDeviceList(curves, signed);
  }

  async function checkNext(
    account: Account,
    previous: VerifiedDeviceList,
    next: VerifiedDeviceList,
  ): Promise<ListChange> {
    checkDeviceListContinues({ previous, next, removed: await findRemovedDevices(prisma, account) });
    return {
      account,
      next,
      added: next.list.devices.filter(({ deviceId }) => findDevice(previous.list, deviceId) === null),
      removed: previous.list.devices
        .filter(({ deviceId }) => findDevice(next.list, deviceId) === null)
        .map(({ deviceId }) => deviceId),
    };
  }

  async function store(tx: Transaction, change: ListChange): Promise<void> {
    const { account, next, added, removed } = change;
    const current = await lockAccount(tx, account);
    if (current !== next.list.version - 1)
      throw new SealError('DEVICE_LIST_REJECTED', 'devices: a newer device list was published first');
    await lockConversations(tx, account);
    const now = new Date(clock());
    await insertList(tx, account, next.list.version, next.signed);
    await setListVersion(tx, account, next.list.version);
    if (!(await insertDevices(tx, account, added, now))) throw new SealError('CONFLICT', 'devices: the id is taken');
    await removeDevices(tx, account.tenantId, removed, now);
  }

  async function storeFirst(tx: Transaction, account: Account, { list, signed }: VerifiedDeviceList): Promise<void> {
    await insertList(tx, account, list.version, signed);
    if (!(await insertDevices(tx, account, list.devices, new Date(clock())))) {
      throw new SealError('CONFLICT', 'devices: the id is taken');
    }
  }

  async function announce(change: ListChange): Promise<void> {
    const { tenantId, userId } = change.account;
    if (change.removed.length > 0) bus.publish({ kind: 'devices-removed', tenantId, deviceIds: change.removed });
    const peers = await audience.peersOf(tenantId, userId);
    audience.tell(tenantId, [userId, ...peers], { type: 'device-list', userId, version: change.next.list.version });
    // The groups of the account's channels must add or remove devices.
    for (const conversationIds of chunks(await findChannels(prisma, change.account))) {
      bus.publish({ kind: 'channel-heads', tenantId, conversationIds });
    }
  }

  return {
    latest,
    checkNext,
    store,
    storeFirst,
    announce,

    async lists(tenantId, users) {
      const known = await findExistingUsers(
        prisma,
        tenantId,
        users.map(({ userId }) => userId),
      );
      if (known.size === 0) throw new SealError('NOT_FOUND', 'devices: no such user');
      let room: number = COUNT_LIMITS.deviceListChain;
      const lists: { userId: UserId; chain: SignedDeviceListAnswer[] }[] = [];
      for (const { userId, since } of users) {
        if (!known.has(userId) || room === 0) continue;
        const chain = await findListsSince(prisma, { tenantId, userId }, since, room);
        room -= chain.length;
        lists.push({ userId, chain: chain.map(toAnswer) });
      }
      return { lists };
    },

    async update(session, signed) {
      const account = { tenantId: session.tenantId, userId: session.userId };
      const next = await verifyDeviceList(curves, signed);
      const previous = await latest(account);
      if (previous === null) throw new SealError('NOT_FOUND', 'devices: no such account');
      const change = await checkNext(account, previous, next);
      if (change.added.length > 0)
        throw new SealError('DEVICE_LIST_REJECTED', 'devices: use auth.join to add a device');
      await transact(prisma, (tx) => store(tx, change));
      await announce(change);
    },

    async checkpoint(session, rev) {
      const before = await raiseCheckpoint(prisma, session.tenantId, session.deviceId, rev);
      return { rollback: rev < before };
    },
  };
}

/** Encodes a stored list for an answer. */
export function toAnswer({ bytes, signature }: SignedDeviceList): SignedDeviceListAnswer {
  return { bytes: base64Of(bytes), signature: base64Of(signature) };
}
