import type { DeviceId, TenantId } from '@seal-chat/protocol';
import type { Sql } from 'postgres';

/** How far a device is in its mailbox. */
export interface MailboxPlace {
  readonly tenantId: TenantId;
  readonly deviceId: DeviceId;
  readonly position: number;
}

/** Finds those whose mailbox reaches further: their indexes in `places`. */
export async function findBehind(sql: Sql, places: readonly MailboxPlace[]): Promise<readonly number[]> {
  const rows = await sql<{ n: number }[]>`
    select x.n::int as n
    from unnest(${places.map(({ tenantId }) => tenantId)}::uuid[], ${places.map(({ deviceId }) => deviceId)}::uuid[],
      ${places.map(({ position }) => position)}::bigint[]) with ordinality as x(tenant_id, device_id, position, n)
    join mailboxes b on b.tenant_id = x.tenant_id and b.device_id = x.device_id
    where b.head > x.position`;
  return rows.map(({ n }) => n - 1);
}
