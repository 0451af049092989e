import {
  constantTimeEqual,
  PREKEY_LIMITS,
  SealError,
  type DeviceId,
  type PreKeyKind,
  type PublicPreKey,
  type UserId,
  asKey,
  type SignPublicKey,
} from '@seal-chat/protocol';
import type {
  ClaimAnswer,
  PreKeyBundleAnswer,
  PreKeyStatus,
  preKeyInputs,
  PublicPreKeyAnswer,
} from '@seal-chat/protocol/api';
import { sha256, verifyPreKeySignature, type Curves } from '@seal-chat/crypto/verify';
import type { z } from 'zod';
import type { PrismaDoor } from '../db/doors.ts';
import { base64Of } from '../db/bytes.ts';
import { transact, type Transaction } from '../db/transaction.ts';
import { findExistingUsers } from '../users/lookup.ts';
import type { DurableLimits } from '../limits/durable.ts';
import type { Waker } from '../outbox/waker.ts';
import type { Session } from '../sessions/session.ts';
import {
  discardOthers,
  findCurrent,
  findDevicesOf,
  findSignKey,
  findSpent,
  findStock,
  insertSpent,
  insertStock,
  lockDevice,
  setCurrent,
  takeOneTime,
  type CurrentKind,
  type OneTimeKind,
  type PreKeyHolder,
} from './store.ts';

/** Claims of one caller from one user in a minute, so that no caller can empty a stock alone. */
const CLAIMS_PER_TARGET = 20;

/** What a device uploads. */
export type PublishInput = z.output<typeof preKeyInputs.publish>;

/** Public prekeys: devices fill their stock, others begin sessions from it. */
export interface PreKeysService {
  /**
   * Stores prekeys of the caller's device. Repeating an upload changes nothing; keys that were claimed meanwhile are
   * not stored again. Either all of an upload is taken or nothing. With `replaceStock` the upload is all there is of
   * one-time keys afterwards: the device has lost the private halves of others.
   * @throws SealError BAD_SIGNATURE; CONFLICT when an id was used for another key; TOO_LARGE when the stock is full
   */
  publish(session: Session, input: PublishInput): Promise<PreKeyStatus>;
  status(session: Session): Promise<PreKeyStatus>;
  /**
   * One bundle for each of the devices that can have a session. One-time keys are handed out once; a device without
   * any is reached by its last-resort key.
   * @throws SealError NOT_FOUND, RATE_LIMITED
   */
  claim(session: Session, userId: UserId, deviceIds: readonly DeviceId[]): Promise<ClaimAnswer>;
}

export function createPreKeysService(deps: {
  readonly prisma: PrismaDoor;
  readonly curves: Pick<Curves, 'verify'>;
  readonly limits: DurableLimits;
  readonly outbox: Pick<Waker, 'wake'>;
}): PreKeysService {
  const { prisma, curves, limits, outbox } = deps;

  async function statusOf(holder: PreKeyHolder): Promise<PreKeyStatus> {
    const own = prisma.of(holder.tenantId);
    const [current, stock] = await Promise.all([findCurrent(own, holder), findStock(own, holder)]);
    const idsOf = (kind: OneTimeKind) => stock.filter((key) => key.kind === kind).map(({ keyId }) => keyId);
    return {
      signedPreKeyId: current.get('signed')?.keyId ?? null,
      lastResortKemPreKeyId: current.get('kemLastResort')?.keyId ?? null,
      oneTimePreKeyIds: idsOf('oneTime'),
      oneTimeKemPreKeyIds: idsOf('kemOneTime'),
    };
  }

  async function verifyAll(session: Session, signed: readonly (readonly [PreKeyKind, PublicPreKey])[]): Promise<void> {
    const { tenantId, userId, deviceId } = session;
    const found = await findSignKey(prisma.of(tenantId), session);
    if (found === null) throw new SealError('DEVICE_REVOKED');
    const owner = { tenantId, userId, deviceId };
    const signKey = asKey<SignPublicKey>(found);
    await Promise.all(signed.map(([kind, preKey]) => verifyPreKeySignature({ curves, owner, kind, preKey, signKey })));
  }

  async function bundleOf(holder: PreKeyHolder, registrationId: number): Promise<PreKeyBundleAnswer | null> {
    const own = prisma.of(holder.tenantId);
    const current = await findCurrent(own, holder);
    const [signed, lastResort] = [current.get('signed'), current.get('kemLastResort')];
    if (signed === undefined || lastResort === undefined) return null;
    const [oneTime, kemOneTime] = await Promise.all([
      takeOneTime(own, holder, 'oneTime'),
      takeOneTime(own, holder, 'kemOneTime'),
    ]);
    return {
      deviceId: holder.deviceId,
      registrationId,
      signedPreKey: toAnswer(signed),
      oneTimePreKey: oneTime && toAnswer(oneTime),
      kemPreKey: kemOneTime
        ? { kind: 'kemOneTime', ...toAnswer(kemOneTime) }
        : { kind: 'kemLastResort', ...toAnswer(lastResort) },
    };
  }

  return {
    async publish(session, input) {
      const uploads = [
        ['oneTime', input.oneTimePreKeys],
        ['kemOneTime', input.oneTimeKemPreKeys],
      ] as const;
      const rotations = [
        ['signed', input.signedPreKey],
        ['kemLastResort', input.lastResortKemPreKey],
      ] as const;
      await verifyAll(session, [
        ...uploads.flatMap(([kind, keys]) => keys.map((key) => [kind, key] as const)),
        ...rotations.flatMap(([kind, key]) => (key === null ? [] : [[kind, key] as const])),
      ]);
      await transact(prisma.of(session.tenantId), async (tx) => {
        if (!(await lockDevice(tx, session))) throw new SealError('DEVICE_REVOKED');
        for (const [kind, keys] of uploads) {
          const keep = keys.map(({ keyId }) => keyId);
          if (input.replaceStock === true) await discardOthers(tx, session, kind, keep);
          await addStock(tx, session, kind, keys);
        }
        for (const [kind, key] of rotations) if (key !== null) await rotate(tx, session, kind, key);
      });
      return statusOf(session);
    },

    status: (session) => statusOf(session),

    async claim(session, userId, deviceIds) {
      const { tenantId, rates } = session;
      // Two counters: for all of a caller's claims, and, lower, for draining one person's stock.
      const perMinute = rates.prekeyClaimsPerMinutePerUser;
      await limits.consume('claim', tenantId, session.userId, perMinute);
      await limits.consume(
        'claimFrom',
        tenantId,
        `${session.userId}:${userId}`,
        Math.min(perMinute, CLAIMS_PER_TARGET),
      );
      const known = await findExistingUsers(prisma.of(tenantId), tenantId, [userId]);
      if (known.size === 0) throw new SealError('NOT_FOUND', 'prekeys: no such user');
      const devices = await findDevicesOf(prisma.of(tenantId), tenantId, userId, deviceIds);
      const bundles = await Promise.all(
        devices.map(({ deviceId, registrationId }) => bundleOf({ tenantId, deviceId }, registrationId)),
      );
      // The database notes in the outbox whose stock is low.
      outbox.wake();
      return { bundles: bundles.filter((bundle) => bundle !== null) };
    },
  };
}

/** Adds what the stock has not and never had. */
async function addStock(
  tx: Transaction,
  holder: PreKeyHolder,
  kind: OneTimeKind,
  keys: readonly PublicPreKey[],
): Promise<void> {
  if (keys.length === 0) return;
  if (new Set(keys.map(({ keyId }) => keyId)).size < keys.length) throw conflict('an id is named twice');
  const stock = (await findStock(tx, holder)).filter((key) => key.kind === kind);
  const inStock = new Map(stock.map((key) => [key.keyId, sha256(key.publicKey)]));
  const spent = await findSpent(
    tx,
    holder,
    kind,
    keys.map(({ keyId }) => keyId),
  );
  const fresh = keys.filter(({ keyId, publicKey }) => {
    const used = inStock.get(keyId) ?? spent.get(keyId);
    if (used !== undefined && !constantTimeEqual(used, sha256(publicKey)))
      throw conflict('the id belongs to another key');
    return used === undefined;
  });
  if (stock.length + fresh.length > PREKEY_LIMITS.oneTimeServerMax) {
    throw new SealError('TOO_LARGE', `prekeys: a device has at most ${PREKEY_LIMITS.oneTimeServerMax} of each kind`);
  }
  if (fresh.length > 0) await insertStock(tx, holder, kind, fresh);
}

/** Puts `key` in the place of the current one. */
async function rotate(tx: Transaction, holder: PreKeyHolder, kind: CurrentKind, key: PublicPreKey): Promise<void> {
  const current = (await findCurrent(tx, holder)).get(kind);
  const replaced = (await findSpent(tx, holder, kind, [key.keyId])).get(key.keyId);
  const used = current?.keyId === key.keyId ? sha256(current.publicKey) : replaced;
  if (used !== undefined) {
    if (!constantTimeEqual(used, sha256(key.publicKey))) throw conflict('the id belongs to another key');
    return;
  }
  if (current !== undefined) await insertSpent(tx, holder, kind, current.keyId, sha256(current.publicKey));
  await setCurrent(tx, holder, kind, key);
}

function conflict(reason: string): SealError {
  return new SealError('CONFLICT', `prekeys: ${reason}`);
}

function toAnswer({ keyId, publicKey, signature }: PublicPreKey): PublicPreKeyAnswer {
  return { keyId, publicKey: base64Of(publicKey), signature: base64Of(signature) };
}
