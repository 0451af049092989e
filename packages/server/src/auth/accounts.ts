import { constantTimeEqual, SealError, type TenantId, type UserId } from '@seal-chat/protocol';
import type { VerifiedDeviceList } from '@seal-chat/crypto/verify';
import type { FirstKeyPackages, KeyPackages } from '../channels/key-packages/service.ts';
import type { Transaction } from '../db/transaction.ts';
import type { Prisma } from '../generated/client.ts';
import type { DevicesService } from '../devices/service.ts';
import type { CheckedVault, VaultService } from '../vault/service.ts';

/** A new account with its first device. */
export interface NewAccount {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** Null for guests, as are its key and skeleton. */
  readonly username: string | null;
  readonly usernameKey: string | null;
  readonly usernameSkeleton: string | null;
  /** Its first device list, with its one device. */
  readonly first: VerifiedDeviceList;
  /** What its unlock ways open; null without any. */
  readonly vault: CheckedVault | null;
  /** What its device brings with it. */
  readonly keyPackages: FirstKeyPackages | undefined;
  readonly now: Date;
}

/**
 * Stores an account. Does nothing when exactly this account exists already: its answer was lost on the way.
 * @throws SealError USERNAME_TAKEN, USERNAME_CONFUSABLE; CONFLICT when an id is taken; and as `VaultService.store`
 */
export async function createAccount(
  tx: Transaction,
  features: {
    readonly devices: Pick<DevicesService, 'storeFirst'>;
    readonly keyPackages: Pick<KeyPackages, 'storeFirst'>;
    readonly vaults: Pick<VaultService, 'store'>;
  },
  account: NewAccount,
): Promise<void> {
  const { tenantId, userId, username, usernameKey, usernameSkeleton, first, vault, keyPackages, now } = account;
  // Names first: the same request may be stored by another transaction between any two of these.
  if (usernameKey !== null) {
    const holder = await findId(tx, { tenantId_usernameKey: { tenantId, usernameKey } });
    if (holder !== null && holder !== userId) throw new SealError('USERNAME_TAKEN');
  }
  if (usernameSkeleton !== null) {
    const lookalike = await findId(tx, { tenantId_usernameSkeleton: { tenantId, usernameSkeleton } });
    if (lookalike !== null && lookalike !== userId) throw new SealError('USERNAME_CONFUSABLE');
  }
  const existing = await tx.user.findUnique({
    where: { tenantId_id: { tenantId, id: userId } },
    select: { usernameKey: true, deviceLists: { where: { version: 1 }, select: { bytes: true } } },
  });
  if (existing !== null) {
    const bytes = existing.deviceLists[0]?.bytes;
    const isSame = bytes !== undefined && constantTimeEqual(bytes, first.signed.bytes);
    if (isSame && existing.usernameKey === usernameKey) return;
    throw new SealError('CONFLICT', 'auth: the user id is taken');
  }
  await tx.user.create({
    data: {
      tenantId,
      id: userId,
      username,
      usernameKey,
      usernameSkeleton,
      identityKey: first.certificate.identityKey,
      listVersion: first.list.version,
      createdAt: now,
    },
  });
  await features.devices.storeFirst(tx, { tenantId, userId }, first);
  if (keyPackages !== undefined)
    await features.keyPackages.storeFirst(tx, { tenantId, deviceId: first.list.author }, keyPackages);
  if (vault !== null) await features.vaults.store(tx, { tenantId, userId }, vault);
}

async function findId(tx: Transaction, where: Prisma.UserWhereUniqueInput): Promise<string | null> {
  return (await tx.user.findUnique({ where, select: { id: true } }))?.id ?? null;
}
