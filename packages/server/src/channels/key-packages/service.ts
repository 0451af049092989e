import { CHANNEL_LIMITS, constantTimeEqual, SealError, toHex } from '@seal-chat/protocol';
import type { channelInputs, ClaimedKeyPackages, KeyPackageStatus } from '@seal-chat/protocol/api';
import type { TransactionSql } from 'postgres';
import type { z } from 'zod';
import type { SqlDoor } from '../../db/doors.ts';
import { base64Of } from '../../db/bytes.ts';
import { transactSql, type Transaction } from '../../db/transaction.ts';
import type { DurableLimits } from '../../limits/durable.ts';
import type { Waker } from '../../outbox/waker.ts';
import type { Session } from '../../sessions/session.ts';
import { enter } from '../access.ts';
import { findToAdd } from '../leaf-store.ts';
import {
  discardOthers,
  findLastResort,
  findSpent,
  findStock,
  insertFirst,
  insertStock,
  lockHolder,
  setLastResort,
  takeKeyPackage,
  type Holder,
  type StoredKeyPackage,
} from './store.ts';

/** Claims of one caller from one user in a minute, so that no caller can empty a stock alone. */
const CLAIMS_PER_TARGET = 20;

/** KeyPackages that a device brings with it. */
export type FirstKeyPackages = Omit<z.output<typeof channelInputs.publishKeyPackages>, 'replaceStock'>;
export type PublishKeyPackagesInput = z.output<typeof channelInputs.publishKeyPackages>;
export type ClaimKeyPackagesInput = z.output<typeof channelInputs.claimKeyPackages>;

/** KeyPackages (RFC 9420 §10): devices fill their stock, members add them to groups with it. */
export interface KeyPackages {
  /**
   * Stores the KeyPackages of a new device inside the transaction that stores the device.
   * @throws SealError CONFLICT when a reference is named twice
   */
  storeFirst(tx: Transaction, device: Holder, keyPackages: FirstKeyPackages): Promise<void>;
  /**
   * Stores KeyPackages of the caller's device. Repeating an upload changes nothing; what was claimed meanwhile is not
   * stored again. Either all of an upload is taken or nothing.
   * @throws SealError CONFLICT when a reference was used for another KeyPackage; TOO_LARGE when the stock is full
   */
  publish(session: Session, input: PublishKeyPackagesInput): Promise<KeyPackageStatus>;
  status(session: Session): Promise<KeyPackageStatus>;
  /**
   * One KeyPackage for each of those devices that the channel awaits. One-time ones are handed out once; a device
   * without any is added with its last-resort one.
   * @throws SealError NOT_A_MEMBER, RATE_LIMITED
   */
  claim(session: Session, input: ClaimKeyPackagesInput): Promise<ClaimedKeyPackages>;
}

export function createKeyPackages(deps: {
  readonly sql: SqlDoor;
  readonly limits: DurableLimits;
  readonly outbox: Pick<Waker, 'wake'>;
  readonly clock: () => number;
}): KeyPackages {
  const { sql, limits, outbox, clock } = deps;

  async function statusOf(holder: Holder): Promise<KeyPackageStatus> {
    const own = sql.of(holder.tenantId);
    const [stock, lastResort] = await Promise.all([findStock(own, holder), findLastResort(own, holder)]);
    return { oneTime: stock.map(({ ref }) => base64Of(ref)), lastResort: lastResort && base64Of(lastResort.ref) };
  }

  return {
    async storeFirst(tx, device, keyPackages) {
      checkDistinct(keyPackages.oneTime);
      await insertFirst(tx, device, keyPackages, new Date(clock()));
    },

    async publish(session, { oneTime, lastResort, replaceStock }) {
      await transactSql(sql.of(session.tenantId), async (tx) => {
        if (!(await lockHolder(tx, session))) throw new SealError('DEVICE_REVOKED');
        const now = new Date(clock());
        if (replaceStock === true)
          await discardOthers(
            tx,
            session,
            oneTime.map(({ ref }) => ref),
          );
        await addStock(tx, session, oneTime, now);
        if (lastResort !== null) await rotate(tx, session, lastResort, now);
      });
      return statusOf(session);
    },

    status: (session) => statusOf(session),

    async claim(session, { conversationId, deviceIds }) {
      const { tenantId, userId, rates } = session;
      const perMinute = rates.keyPackageClaimsPerMinutePerUser;
      await limits.consume('claimKeyPackage', tenantId, userId, perMinute);
      const { ref } = await enter(sql.of(tenantId), session, conversationId);
      const wanted = new Set(deviceIds);
      const awaited = (await findToAdd(sql.of(tenantId), ref)).filter(({ deviceId }) => wanted.has(deviceId));
      const perTarget = Math.min(perMinute, CLAIMS_PER_TARGET);
      for (const target of new Set(awaited.map((leaf) => leaf.userId))) {
        await limits.consume('claimKeyPackageFrom', tenantId, `${userId}:${target}`, perTarget);
      }
      const notBefore = new Date(clock() - CHANNEL_LIMITS.keyPackageLifetimeMs);
      const claimed = await Promise.all(
        awaited.map(async ({ deviceId }) => {
          const bytes = await takeKeyPackage(sql.of(tenantId), { tenantId, deviceId }, notBefore);
          return bytes && { deviceId, keyPackage: base64Of(bytes) };
        }),
      );
      // The database notes in the outbox whose stock is low.
      outbox.wake();
      return { keyPackages: claimed.filter((one) => one !== null) };
    },
  };
}

/** Adds what the stock has not and never had. */
async function addStock(
  tx: TransactionSql,
  holder: Holder,
  keyPackages: readonly StoredKeyPackage[],
  now: Date,
): Promise<void> {
  if (keyPackages.length === 0) return;
  const refs = keyPackages.map(({ ref }) => ref);
  checkDistinct(keyPackages);
  const stock = await findStock(tx, holder);
  const inStock = new Map(stock.map(({ ref, bytes }) => [toHex(ref), bytes]));
  const spent = new Set((await findSpent(tx, holder, refs)).map(toHex));
  const fresh = keyPackages.filter(({ ref, bytes }) => {
    const known = inStock.get(toHex(ref));
    if (known !== undefined && !constantTimeEqual(known, bytes))
      throw conflict('the reference belongs to another KeyPackage');
    return known === undefined && !spent.has(toHex(ref));
  });
  if (stock.length + fresh.length > CHANNEL_LIMITS.keyPackageServerMax) {
    throw new SealError(
      'TOO_LARGE',
      `channels: a device has at most ${CHANNEL_LIMITS.keyPackageServerMax} KeyPackages`,
    );
  }
  if (fresh.length > 0) await insertStock(tx, holder, fresh, now);
}

/** Puts a KeyPackage in the place of the last-resort one, unless it was that before. */
async function rotate(tx: TransactionSql, holder: Holder, next: StoredKeyPackage, now: Date): Promise<void> {
  const current = await findLastResort(tx, holder);
  if (current !== null && constantTimeEqual(current.ref, next.ref)) {
    if (!constantTimeEqual(current.bytes, next.bytes)) throw conflict('the reference belongs to another KeyPackage');
    return;
  }
  const [spent] = await findSpent(tx, holder, [next.ref]);
  if (spent === undefined) await setLastResort(tx, holder, next, now);
}

function checkDistinct(keyPackages: readonly StoredKeyPackage[]): void {
  const refs = new Set(keyPackages.map(({ ref }) => toHex(ref)));
  if (refs.size < keyPackages.length) throw conflict('a reference is named twice');
}

function conflict(reason: string): SealError {
  return new SealError('CONFLICT', `channels: ${reason}`);
}
