import { createHmac, randomBytes } from 'node:crypto';
import type { TransactionSql } from 'postgres';
import { literal } from '../db/literal.ts';
import { ACTIVE_KINDS } from './names.ts';

/** People and devices of a tenant that were connected on a day. */
export interface ActiveReport {
  readonly tenantId: string;
  /** As `2026-11-29`, UTC. */
  readonly day: string;
  readonly users: ReadonlySet<string>;
  readonly devices: ReadonlySet<string>;
}

const KEY_BYTES = 32;
const NAME_BYTES = 16;

/**
 * Writes who was active under names that only the month's key makes: the same person has the same name for a month, and nobody
 * finds it once the key is deleted. Repeating a report changes nothing.
 */
export async function writeActive(tx: TransactionSql, reports: readonly ActiveReport[]): Promise<void> {
  const sorted = reports.toSorted((one, other) => (one.tenantId + one.day < other.tenantId + other.day ? -1 : 1));
  for (const { tenantId, day, users, devices } of sorted) {
    const key = await keyOf(tx, tenantId, `${day.slice(0, 7)}-01`);
    if (key === null) continue;
    for (const [kind, ids] of [
      [ACTIVE_KINDS.user, users],
      [ACTIVE_KINDS.device, devices],
    ] as const) {
      const names = [...ids].map((id) => nameOf(key, id).toString('hex'));
      await tx`
        insert into active_days (tenant_id, day, kind, subject)
        select ${tenantId}, ${day}::date, ${kind}, decode(name, 'hex')
        from unnest(${literal(names)}::text[]) as x(name) order by name
        on conflict do nothing`;
    }
  }
}

/** Finds the key of a month, made when there is none; null for a tenant that is gone. */
async function keyOf(tx: TransactionSql, tenantId: string, month: string): Promise<Buffer | null> {
  await tx`
    insert into active_keys (tenant_id, month, key)
    select id, ${month}::date, ${randomBytes(KEY_BYTES)} from tenants where id = ${tenantId} on conflict do nothing`;
  const [row] = await tx<{ key: Buffer }[]>`
    select key from active_keys where tenant_id = ${tenantId} and month = ${month}::date`;
  return row?.key ?? null;
}

function nameOf(key: Buffer, id: string): Buffer {
  return createHmac('sha256', key).update(id).digest().subarray(0, NAME_BYTES);
}
