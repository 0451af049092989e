import type { Bytes, MethodId, SignPublicKey, SignedVault, TenantId, UserId } from '@seal-chat/protocol';
import type { Transaction } from '../db/transaction.ts';
import type { PrismaClient } from '../generated/client.ts';

/** Whose vault. */
export interface Owner {
  readonly tenantId: TenantId;
  readonly userId: UserId;
}

/** An unlock way as it is stored. */
export interface MethodRow {
  readonly methodId: MethodId;
  readonly kind: number;
  readonly unlockKey: SignPublicKey;
  readonly record: Bytes;
}

/** An account that can be unlocked. */
export interface UnlockableRow extends Owner {
  readonly username: string;
  readonly signed: SignedVault;
  readonly methods: readonly { readonly unlockKey: Bytes; readonly record: Bytes }[];
}

/** Finds the account of that name, when it has a vault. */
export async function findUnlockable(
  prisma: PrismaClient,
  tenantId: TenantId,
  usernameKey: string,
): Promise<UnlockableRow | null> {
  const row = await prisma.user.findUnique({
    where: { tenantId_usernameKey: { tenantId, usernameKey } },
    select: {
      id: true,
      username: true,
      vault: { select: { bytes: true, signature: true } },
      vaultMethods: { select: { unlockKey: true, record: true } },
    },
  });
  if (row === null || row.username === null || row.vault === null) return null;
  const { id, username, vault, vaultMethods } = row;
  return { tenantId, userId: id as UserId, username, signed: vault, methods: vaultMethods };
}

/** Finds the vault of an account, with the records in the order it names them; null without one. */
export async function findVault(
  db: Pick<Transaction, 'vault' | 'vaultMethod'>,
  owner: Owner,
): Promise<{ readonly signed: SignedVault; readonly records: readonly Bytes[] } | null> {
  const row = await db.vault.findUnique({
    where: { tenantId_userId: owner },
    select: { bytes: true, signature: true },
  });
  if (row === null) return null;
  const methods = await db.vaultMethod.findMany({
    where: owner,
    orderBy: { position: 'asc' },
    select: { record: true },
  });
  return { signed: row, records: methods.map(({ record }) => record) };
}

/** Locks the account's row and returns its identity key; null when there is no such account. */
export async function lockIdentity(tx: Transaction, { tenantId, userId }: Owner): Promise<Bytes | null> {
  const [row] = await tx.$queryRaw<{ identity_key: Bytes }[]>`
    select identity_key from users where tenant_id = ${tenantId}::uuid and id = ${userId}::uuid for no key update`;
  return row === undefined ? null : Uint8Array.from(row.identity_key);
}

/** Puts a vault and its methods in the place of those before. */
export async function replaceVault(
  tx: Transaction,
  owner: Owner,
  version: number,
  { bytes, signature }: SignedVault,
  methods: readonly MethodRow[],
): Promise<void> {
  await tx.vault.upsert({
    where: { tenantId_userId: owner },
    create: { ...owner, version, bytes, signature },
    update: { version, bytes, signature },
  });
  await tx.vaultMethod.deleteMany({ where: owner });
  await tx.vaultMethod.createMany({ data: methods.map((method, position) => ({ ...owner, position, ...method })) });
}
