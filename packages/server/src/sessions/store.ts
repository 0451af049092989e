import type { Bytes, DeviceId, TenantId, UserId } from '@seal-chat/protocol';
import type { Sql } from 'postgres';

/** A session with its device. */
export interface SessionRow {
  readonly tenantId: TenantId;
  readonly sessionId: string;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly accessExpiresAt: number;
  readonly isDeviceRemoved: boolean;
}

interface SessionColumns {
  readonly id: string;
  readonly user_id: UserId;
  readonly device_id: DeviceId;
  readonly access_expires_at: Date;
  readonly is_removed: boolean;
}

function toSessionRow(tenantId: TenantId, row: SessionColumns | undefined): SessionRow | null {
  if (row === undefined) return null;
  return {
    tenantId,
    sessionId: row.id,
    userId: row.user_id,
    deviceId: row.device_id,
    accessExpiresAt: row.access_expires_at.getTime(),
    isDeviceRemoved: row.is_removed,
  };
}

/** Finds the session of an access token, expired or not. Runs for every request and every socket. */
export async function findSessionByAccess(sql: Sql, tenantId: TenantId, accessHash: Bytes): Promise<SessionRow | null> {
  const [row] = await sql<SessionColumns[]>`
    select s.id, d.user_id, s.device_id, s.access_expires_at, d.removed_at is not null as is_removed
    from sessions s join devices d on d.tenant_id = s.tenant_id and d.id = s.device_id
    where s.tenant_id = ${tenantId} and s.access_hash = ${accessHash}`;
  return toSessionRow(tenantId, row);
}

export async function findSession(sql: Sql, tenantId: TenantId, sessionId: string): Promise<SessionRow | null> {
  const [row] = await sql<SessionColumns[]>`
    select s.id, d.user_id, s.device_id, s.access_expires_at, d.removed_at is not null as is_removed
    from sessions s join devices d on d.tenant_id = s.tenant_id and d.id = s.device_id
    where s.tenant_id = ${tenantId} and s.id = ${sessionId}`;
  return toSessionRow(tenantId, row);
}
