import type { Bytes, DeviceId, LinkId, TenantId } from '@seal-chat/protocol';
import type { PrismaClient } from '../generated/client.ts';

/** A meeting point that is open. */
export interface LinkRow {
  /** The signed-in device that opened it. */
  readonly deviceId: DeviceId;
  readonly expiresAt: number;
}

/** Finds the meeting point, unless it has expired at `now`. */
export async function findLink(
  prisma: PrismaClient,
  tenantId: TenantId,
  id: LinkId,
  now: Date,
): Promise<LinkRow | null> {
  const row = await prisma.link.findUnique({
    where: { tenantId_id: { tenantId, id } },
    select: { deviceId: true, expiresAt: true },
  });
  if (row === null || row.expiresAt <= now) return null;
  return { deviceId: row.deviceId as DeviceId, expiresAt: row.expiresAt.getTime() };
}

/** Opens a meeting point, replacing an expired one of the same id; false when one is open. */
export async function insertLink(
  prisma: PrismaClient,
  link: {
    readonly tenantId: TenantId;
    readonly id: LinkId;
    readonly deviceId: DeviceId;
    readonly expiresAt: Date;
    readonly now: Date;
  },
): Promise<boolean> {
  const { tenantId, id, deviceId, expiresAt, now } = link;
  return prisma.$transaction(async (tx) => {
    await tx.link.deleteMany({ where: { tenantId, id, expiresAt: { lte: now } } });
    const { count } = await tx.link.createMany({ data: { tenantId, id, deviceId, expiresAt }, skipDuplicates: true });
    return count === 1;
  });
}

/** Writes one step; false when it is written already. */
export async function insertStep(
  prisma: PrismaClient,
  step: { readonly tenantId: TenantId; readonly linkId: LinkId; readonly step: number; readonly payload: Bytes },
): Promise<boolean> {
  const { count } = await prisma.linkStep.createMany({ data: step, skipDuplicates: true });
  return count === 1;
}

/** Finds the payload of one step, or null. */
export async function findStep(
  prisma: PrismaClient,
  tenantId: TenantId,
  linkId: LinkId,
  step: number,
): Promise<Bytes | null> {
  const where = { tenantId_linkId_step: { tenantId, linkId, step } };
  return (await prisma.linkStep.findUnique({ where, select: { payload: true } }))?.payload ?? null;
}
