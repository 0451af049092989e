import type { DeviceId, TenantId } from '@seal-chat/protocol';
import type { Sql } from 'postgres';

/** How far a device is in its mailbox. */
export interface MailboxPlace {
  readonly tenantId: TenantId;
  readonly deviceId: DeviceId;
  readonly position: number;
}

/** Finds those whose mailbox reaches further: their indexes in `places`. */
export async function findBehind(functions: Sql, places: readonly MailboxPlace[]): Promise<readonly number[]> {
  const rows = await functions<{ n: number }[]>`
    select n from seal_find_behind(
      ${places.map(({ tenantId }) => tenantId)}::uuid[], ${places.map(({ deviceId }) => deviceId)}::uuid[],
      ${places.map(({ position }) => position)}::bigint[])`;
  return rows.map(({ n }) => n - 1);
}
