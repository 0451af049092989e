import { makeKeyPackage } from '@seal-chat/crypto/key-packages';
import { CHANNEL_LIMITS, toBase64, toHex } from '@seal-chat/protocol';
import type { KeyPackagesUpload } from '@seal-chat/protocol/api';
import type { Deps } from '../context/deps.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import type { NewKeyPackage } from '../store/new-key-package.ts';
import type { AccountRow } from '../store/rows.ts';
import { canBeInChannels } from './stock.ts';

/** How many to make. */
export interface KeyPackageOrder {
  readonly oneTime: number;
  readonly withLastResort: boolean;
}

/**
 * Makes the KeyPackages that a device brings with it when it registers or joins: others can take it into channels from
 * its first moment on.
 */
export function firstKeyPackages(
  deps: Pick<Deps, 'curves' | 'rng' | 'kem' | 'now'>,
  owner: Pick<AccountRow, 'tenantId' | 'userId' | 'device'>,
): Promise<readonly NewKeyPackage[]> {
  const isAble = canBeInChannels();
  return makeKeyPackages(deps, owner, {
    oneTime: isAble ? CHANNEL_LIMITS.keyPackagesAtFirst : 0,
    withLastResort: isAble,
  });
}

/** Makes KeyPackages, the last-resort one first. They are stored before they leave the device. */
export async function makeKeyPackages(
  deps: Pick<Deps, 'curves' | 'rng' | 'kem' | 'now'>,
  { tenantId, userId, device: { deviceId, sign } }: Pick<AccountRow, 'tenantId' | 'userId' | 'device'>,
  { oneTime, withLastResort }: KeyPackageOrder,
): Promise<readonly NewKeyPackage[]> {
  const identity = { tenantId, userId, deviceId, signKey: sign };
  const made: NewKeyPackage[] = [];
  for (let i = withLastResort ? 0 : 1; i <= oneTime; i++) {
    const isLastResort = i === 0;
    const using = { ...deps, kem: await deps.kem(), now: deps.now() };
    made.push({ ...(await makeKeyPackage(using, { identity, isLastResort })), isLastResort });
  }
  return made;
}

/** Stores the private halves. */
export function putKeyPackages(tx: DeviceTx, made: readonly NewKeyPackage[], createdAt: number): void {
  for (const { ref, privateBytes, isLastResort, expiresAt } of made)
    tx.put(CHANNEL_ROWS.keyPackage(toHex(ref)), { privateBytes, isLastResort, createdAt, expiresAt, replacedAt: null });
}

/** KeyPackages as they are sent. */
export function uploadOf(made: readonly NewKeyPackage[]): KeyPackagesUpload {
  const sent = (isLastResort: boolean) =>
    made
      .filter((one) => one.isLastResort === isLastResort)
      .map(({ ref, publicBytes }) => ({ ref: toBase64(ref), bytes: toBase64(publicBytes) }));
  return { oneTime: sent(false), lastResort: sent(true)[0] ?? null };
}
