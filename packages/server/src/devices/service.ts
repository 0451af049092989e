import {
  COUNT_LIMITS,
  SealError,
  constantTimeEqual,
  type Device,
  type DeviceId,
  type SignedDeviceList,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import type {
  CheckpointAnswer,
  DeviceListsAnswer,
  KeyShareAnswer,
  SignedDeviceListAnswer,
  deviceInputs,
} from '@seal-chat/protocol/api';
import {
  checkDeviceListContinues,
  findDevice,
  verifyDeviceList,
  type Curves,
  type VerifiedDeviceList,
} from '@seal-chat/crypto/verify';
import type { z } from 'zod';
import type { PrismaDoor } from '../db/doors.ts';
import { chunks, type Bus } from '../bus/bus.ts';
import { base64Of } from '../db/bytes.ts';
import { transact, type Transaction } from '../db/transaction.ts';
import type { DurableLimits } from '../limits/durable.ts';
import type { Rates } from '../limits/rates.ts';
import type { Session } from '../sessions/session.ts';
import type { VaultService } from '../vault/service.ts';
import type { Audience } from '../delivery/audience.ts';
import { findExistingUsers } from '../users/lookup.ts';
import type { Account } from './lookup.ts';
import {
  findChannels,
  findKeyShare,
  findLatestList,
  findListsSince,
  findRemovedDevices,
  insertDevices,
  insertList,
  lockAccount,
  lockConversations,
  raiseCheckpoint,
  removeDevices,
  replaceKeyShares,
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
   * @returns false when this very list was stored meanwhile: the same request was under way twice
   * @throws SealError DEVICE_LIST_REJECTED when another list was published first, CONFLICT when a new device's id is taken
   */
  store(tx: Transaction, change: ListChange): Promise<boolean>;
  /**
   * Stores the first list of a new account with its one device, inside a transaction.
   * @throws SealError CONFLICT when the device's id is taken
   */
  storeFirst(tx: Transaction, account: Account, first: VerifiedDeviceList): Promise<void>;
  /** Tells the account's devices, its peers and its channels, after the commit. */
  announce(change: ListChange): Promise<void>;
  /**
   * Publishes the caller's next list, with devices removed or another vault, under the present account key; the vault is
   * stored with it or not at all. The same list again changes nothing.
   * @throws SealError DEVICE_LIST_REJECTED, BAD_SIGNATURE, NOT_FOUND, RATE_LIMITED, and as `checkNext`,
   *   `VaultService.check` and `VaultService.store`
   */
  update(session: Session, input: UpdateInput): Promise<void>;
  /**
   * Publishes the caller's next list under a new account key, with devices removed or not; the vault that opens the new
   * key and what the other devices get of it are stored with it or not at all. The same list again changes nothing.
   * @throws SealError as `update` and `VaultService.store`
   */
  replaceKey(session: Session, input: ReplaceKeyInput): Promise<void>;
  /** What another device sealed of the present account key for the caller. */
  keyShare(session: Session): Promise<KeyShareAnswer | null>;
  /** Counts a version of an account's list. @throws SealError RATE_LIMITED */
  countVersion(account: Account, rates: Rates): Promise<void>;
  checkpoint(session: Session, rev: number): Promise<CheckpointAnswer>;
}

type UpdateInput = z.output<typeof deviceInputs.update>;
type ReplaceKeyInput = z.output<typeof deviceInputs.replaceKey>;

export function createDevicesService(deps: {
  readonly prisma: PrismaDoor;
  readonly curves: Pick<Curves, 'verify'>;
  readonly bus: Bus;
  readonly audience: Audience;
  readonly limits: DurableLimits;
  readonly vault: Pick<VaultService, 'check' | 'store'>;
  readonly clock: () => number;
}): DevicesService {
  const { prisma, curves, bus, audience, limits, vault, clock } = deps;

  async function latest(account: Account): Promise<VerifiedDeviceList | null> {
    const signed = await findLatestList(prisma.of(account.tenantId), account);
    return signed && verifyDeviceList(curves, signed);
  }

  async function checkNext(
    account: Account,
    previous: VerifiedDeviceList,
    next: VerifiedDeviceList,
  ): Promise<ListChange> {
    checkDeviceListContinues({
      previous,
      next,
      removed: await findRemovedDevices(prisma.of(account.tenantId), account),
    });
    return {
      account,
      next,
      added: next.list.devices.filter(({ deviceId }) => findDevice(previous.list, deviceId) === null),
      removed: previous.list.devices
        .filter(({ deviceId }) => findDevice(next.list, deviceId) === null)
        .map(({ deviceId }) => deviceId),
    };
  }

  async function store(tx: Transaction, change: ListChange): Promise<boolean> {
    const { account, next, added, removed } = change;
    const current = await lockAccount(tx, account);
    if (current !== next.list.version - 1) {
      const present = await findLatestList(tx, account);
      if (present !== null && constantTimeEqual(present.bytes, next.signed.bytes)) return false;
      throw new SealError('DEVICE_LIST_REJECTED', 'devices: a newer device list was published first');
    }
    await lockConversations(tx, account);
    const now = new Date(clock());
    await insertList(tx, account, next.list.version, next.signed);
    await setListVersion(tx, account, next.list.version);
    if (!(await insertDevices(tx, account, added, now))) throw new SealError('CONFLICT', 'devices: the id is taken');
    await removeDevices(tx, account.tenantId, removed, now);
    return true;
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
    for (const conversationIds of chunks(await findChannels(prisma.of(tenantId), change.account))) {
      bus.publish({ kind: 'channel-heads', tenantId, conversationIds });
    }
  }

  /** Checks the caller's next list: it continues the latest one, was signed by the caller and adds nobody. */
  async function checkOwnNext(
    session: Session,
    account: Account,
    previous: VerifiedDeviceList,
    next: VerifiedDeviceList,
  ): Promise<ListChange> {
    const change = await checkNext(account, previous, next);
    if (change.added.length > 0) throw new SealError('DEVICE_LIST_REJECTED', 'devices: use auth.join to add a device');
    if (next.list.author !== session.deviceId)
      throw new SealError('DEVICE_LIST_REJECTED', 'devices: another device signed the list');
    return change;
  }

  const countVersion = (account: Account, rates: Rates): Promise<void> =>
    limits.consume('deviceList', account.tenantId, account.userId, rates.deviceListsPerDayPerAccount);

  return {
    latest,
    countVersion,
    checkNext,
    store,
    storeFirst,
    announce,

    async lists(tenantId, users) {
      const known = await findExistingUsers(
        prisma.of(tenantId),
        tenantId,
        users.map(({ userId }) => userId),
      );
      if (known.size === 0) throw new SealError('NOT_FOUND', 'devices: no such user');
      let room: number = COUNT_LIMITS.deviceListChain;
      const lists: { userId: UserId; chain: SignedDeviceListAnswer[] }[] = [];
      for (const { userId, since } of users) {
        if (!known.has(userId) || room === 0) continue;
        const chain = await findListsSince(prisma.of(tenantId), { tenantId, userId }, since, room);
        room -= chain.length;
        lists.push({ userId, chain: chain.map(toAnswer) });
      }
      return { lists };
    },

    async update(session, { deviceList, signature, vault: upload }) {
      const account = { tenantId: session.tenantId, userId: session.userId };
      const next = await verifyDeviceList(curves, { bytes: deviceList, signature });
      const previous = await latest(account);
      if (previous === null) throw new SealError('NOT_FOUND', 'devices: no such account');
      if (constantTimeEqual(previous.hash, next.hash)) return;
      const change = await checkOwnNext(session, account, previous, next);
      if (next.certificate.number !== previous.certificate.number)
        throw new SealError('DEVICE_LIST_REJECTED', 'devices: use devices.replaceKey for a new account key');
      const checked = await vault.check(upload, next, previous);
      await countVersion(account, session.rates);
      const isStored = await transact(prisma.of(account.tenantId), async (tx) => {
        if (!(await store(tx, change))) return false;
        if (checked !== null) await vault.store(tx, account, checked);
        return true;
      });
      if (isStored) await announce(change);
    },

    async replaceKey(session, input) {
      const account = { tenantId: session.tenantId, userId: session.userId };
      const { deviceList, signature, shares } = input;
      const next = await verifyDeviceList(curves, { bytes: deviceList, signature });
      const previous = await latest(account);
      if (previous === null) throw new SealError('NOT_FOUND', 'devices: no such account');
      if (constantTimeEqual(previous.hash, next.hash)) return;
      const change = await checkOwnNext(session, account, previous, next);
      if (next.certificate.number === previous.certificate.number)
        throw new SealError('DEVICE_LIST_REJECTED', 'devices: the account key is the same');
      const others = new Set(next.list.devices.map(({ deviceId }) => deviceId));
      others.delete(session.deviceId);
      if (shares.some(({ deviceId }) => !others.delete(deviceId)))
        throw new SealError('BAD_INPUT', 'devices: a share is for a device that is not on the list, or twice');
      const checked = await vault.check(input.vault, next, previous);
      const { accountKeysPerDayPerAccount } = session.rates;
      await limits.consume('accountKey', account.tenantId, account.userId, accountKeysPerDayPerAccount);
      const isStored = await transact(prisma.of(account.tenantId), async (tx) => {
        if (!(await store(tx, change))) return false;
        if (checked !== null) await vault.store(tx, account, checked);
        const senderDeviceId = session.deviceId;
        await replaceKeyShares(
          tx,
          account,
          shares.map((share) => ({ ...share, senderDeviceId })),
        );
        return true;
      });
      if (isStored) await announce(change);
    },

    async keyShare({ tenantId, deviceId }) {
      const share = await findKeyShare(prisma.of(tenantId), tenantId, deviceId);
      return share && { senderDeviceId: share.senderDeviceId, envelope: base64Of(share.envelope) };
    },

    async checkpoint(session, rev) {
      const before = await raiseCheckpoint(prisma.of(session.tenantId), session.tenantId, session.deviceId, rev);
      return { rollback: rev < before };
    },
  };
}

/** Encodes a stored list for an answer. */
function toAnswer({ bytes, signature }: SignedDeviceList): SignedDeviceListAnswer {
  return { bytes: base64Of(bytes), signature: base64Of(signature) };
}
