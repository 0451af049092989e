import { constantTimeEqual, SealError, type Bytes, type TenantId, type UserId } from '@seal-chat/protocol';
import type { VerifiedDeviceList } from '@seal-chat/crypto/verify';
import type { Transaction } from '../db/transaction.ts';
import type { DevicesService } from '../devices/service.ts';

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
  /** The wrapped account key, opaque. */
  readonly recovery: Bytes | null;
  readonly now: Date;
}

/**
 * Stores an account. Does nothing when exactly this account exists already: its answer was lost on the way.
 * @throws SealError USERNAME_TAKEN, USERNAME_CONFUSABLE, or CONFLICT when an id is taken
 */
export async function createAccount(
  tx: Transaction,
  devices: Pick<DevicesService, 'storeFirst'>,
  account: NewAccount,
): Promise<void> {
  const { tenantId, userId, username, usernameKey, usernameSkeleton, first, recovery, now } = account;
  const where = { tenantId_id: { tenantId, id: userId } };
  const existing = await tx.user.findUnique({
    where,
    select: { usernameKey: true, deviceLists: { where: { version: 1 }, select: { bytes: true } } },
  });
  if (existing !== null) {
    const bytes = existing.deviceLists[0]?.bytes;
    const isSame = bytes !== undefined && constantTimeEqual(bytes, first.signed.bytes);
    if (isSame && existing.usernameKey === usernameKey) return;
    throw new SealError('CONFLICT', 'auth: the user id is taken');
  }
  if (usernameKey !== null) {
    const holder = await tx.user.findUnique({ where: { tenantId_usernameKey: { tenantId, usernameKey } } });
    if (holder !== null) throw new SealError('USERNAME_TAKEN');
  }
  if (usernameSkeleton !== null) {
    const lookalike = await tx.user.findUnique({
      where: { tenantId_usernameSkeleton: { tenantId, usernameSkeleton } },
    });
    if (lookalike !== null) throw new SealError('USERNAME_CONFUSABLE');
  }
  await tx.user.create({
    data: {
      tenantId,
      id: userId,
      username,
      usernameKey,
      usernameSkeleton,
      accountKey: first.list.accountKey,
      listVersion: first.list.version,
      createdAt: now,
    },
  });
  await devices.storeFirst(tx, { tenantId, userId }, first);
  if (recovery !== null) await tx.recoveryBlob.create({ data: { tenantId, userId, blob: recovery, updatedAt: now } });
}
