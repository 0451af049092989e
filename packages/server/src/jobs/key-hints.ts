import { CHANNEL_LIMITS, PREKEY_LIMITS, type DeviceId, type TenantId } from '@seal-chat/protocol';
import type { Sql } from 'postgres';
import { literal } from '../db/literal.ts';
import type { Audience } from '../delivery/audience.ts';
import type { DeviceRef } from '../outbox/jobs.ts';

interface Stock {
  readonly tenantId: TenantId;
  readonly deviceId: DeviceId;
  readonly oneTime: number;
  readonly kemOneTime: number;
  readonly keyPackages: number;
  readonly hasPreKeys: boolean;
  readonly hasKeyPackages: boolean;
}

/**
 * Tells those of the devices that are connected which of their keys are low by now. Others look when they connect. A device that
 * never published any of a kind is not told of it.
 */
export async function hintKeys(
  { sql, audience }: { readonly sql: Sql; readonly audience: Pick<Audience, 'tellDevice'> },
  devices: readonly DeviceRef[],
): Promise<void> {
  for (const { tenantId, deviceId, ...stock } of await findStocks(sql, devices)) {
    const { oneTime, kemOneTime, keyPackages } = stock;
    if (stock.hasPreKeys && Math.min(oneTime, kemOneTime) < PREKEY_LIMITS.oneTimeRefillBelow) {
      audience.tellDevice(tenantId, deviceId, { type: 'prekeys-low', oneTime, kemOneTime });
    }
    if (stock.hasKeyPackages && keyPackages < CHANNEL_LIMITS.keyPackageRefillBelow) {
      audience.tellDevice(tenantId, deviceId, { type: 'key-packages-low', oneTime: keyPackages });
    }
  }
}

function findStocks(sql: Sql, devices: readonly DeviceRef[]): Promise<readonly Stock[]> {
  const of = (table: string) => sql`from ${sql(table)} k where k.tenant_id = d.tenant_id and k.device_id = d.id`;
  return sql<Stock[]>`
    select d.tenant_id as "tenantId", d.id as "deviceId",
      (select count(*) ${of('one_time_prekeys')} and k.kind = 'oneTime') as "oneTime",
      (select count(*) ${of('one_time_prekeys')} and k.kind = 'kemOneTime') as "kemOneTime",
      (select count(*) ${of('key_packages')}) as "keyPackages",
      exists (select ${of('current_prekeys')}) as "hasPreKeys",
      exists (select ${of('spent_key_packages')}) or exists (select ${of('last_resort_key_packages')}) as "hasKeyPackages"
    from unnest(${literal(devices.map(([tenantId]) => tenantId))}::uuid[],
      ${literal(devices.map(([, deviceId]) => deviceId))}::uuid[]) as x(tenant_id, device_id)
    join devices d on d.tenant_id = x.tenant_id and d.id = x.device_id and d.removed_at is null`;
}
