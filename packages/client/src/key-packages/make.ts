import { makeKeyPackage, type CreatedKeyPackage } from '@seal-chat/crypto/key-packages';
import { CHANNEL_LIMITS, toBase64, toHex } from '@seal-chat/protocol';
import type { KeyPackagesUpload } from '@seal-chat/protocol/api';
import type { Deps } from '../context/deps.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';
import type { DeviceTx } from '../store/device-tx.ts';
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
export async function firstKeyPackages(
  deps: Pick<Deps, 'curves' | 'rng' | 'kem' | 'now'>,
  owner: Pick<AccountRow, 'tenantId' | 'userId' | 'device'>,
): Promise<readonly CreatedKeyPackage[]> {
  if (!canBeInChannels()) return [];
  return makeKeyPackages(deps, owner, { oneTime: CHANNEL_LIMITS.keyPackagesAtFirst, withLastResort: true });
}

/** Makes KeyPackages, the last-resort one first. They are stored before they leave the device. */
export async function makeKeyPackages(
  deps: Pick<Deps, 'curves' | 'rng' | 'kem' | 'now'>,
  { tenantId, userId, device: { deviceId, sign } }: Pick<AccountRow, 'tenantId' | 'userId' | 'device'>,
  { oneTime, withLastResort }: KeyPackageOrder,
): Promise<readonly CreatedKeyPackage[]> {
  const identity = { tenantId, userId, deviceId, signKey: sign };
  const made: CreatedKeyPackage[] = [];
  for (let i = withLastResort ? 0 : 1; i <= oneTime; i++)
    made.push(await makeKeyPackage(deps, { identity, isLastResort: i === 0, now: deps.now() }));
  return made;
}

/** Stores the private halves. */
export function putKeyPackages(tx: DeviceTx, made: readonly CreatedKeyPackage[], createdAt: number): void {
  for (const { ref, privateBytes, isLastResort, expiresAt } of made)
    tx.put(CHANNEL_ROWS.keyPackage(toHex(ref)), { privateBytes, isLastResort, createdAt, expiresAt, replacedAt: null });
}

/** KeyPackages as they are sent. */
export function uploadOf(made: readonly CreatedKeyPackage[]): KeyPackagesUpload {
  const sent = (isLastResort: boolean) =>
    made
      .filter((one) => one.isLastResort === isLastResort)
      .map(({ ref, publicBytes }) => ({ ref: toBase64(ref), bytes: toBase64(publicBytes) }));
  return { oneTime: sent(false), lastResort: sent(true)[0] ?? null };
}
