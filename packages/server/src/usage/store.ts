import type { Sql, TransactionSql } from 'postgres';
import { literal } from '../db/literal.ts';

/** Some more of a metric. */
export interface UsageDelta {
  readonly tenantId: string;
  /** When it was used: it counts for that hour and that day, UTC. */
  readonly at: Date;
  readonly metric: number;
  readonly amount: number;
}

/** Latencies of an hour by bucket. */
export interface LatencyDelta {
  readonly tenantId: string;
  readonly hour: Date;
  readonly kind: number;
  readonly counts: readonly number[];
}

/** Sockets of a tenant in one process. */
export interface ConnectionsReport {
  readonly tenantId: string;
  /** Begin of the five minutes. */
  readonly at: Date;
  readonly last: number;
  readonly most: number;
}

const HOUR_MS = 3_600_000;

/** Adds to hours and days, in the order in which every transaction does. Tenants that are gone are left out. */
export async function addUsage(tx: TransactionSql, deltas: readonly UsageDelta[]): Promise<void> {
  const hours = new Map<string, UsageDelta>();
  for (const { tenantId, at, metric, amount } of deltas) {
    const hour = new Date(at.getTime() - (at.getTime() % HOUR_MS));
    const key = `${tenantId} ${hour.getTime()} ${metric}`;
    hours.set(key, { tenantId, at: hour, metric, amount: amount + (hours.get(key)?.amount ?? 0) });
  }
  if (hours.size === 0) return;
  const rows = [...hours.values()];
  const values = [
    literal(rows.map(({ tenantId }) => tenantId)),
    literal(rows.map(({ at }) => at.toISOString())),
    literal(rows.map(({ metric }) => metric)),
    literal(rows.map(({ amount }) => amount)),
  ];
  const given =
    'unnest($1::uuid[], $2::timestamptz[], $3::smallint[], $4::bigint[]) as x(tenant_id, hour, metric, value)';
  await tx.unsafe(
    `insert into usage_hours as u (tenant_id, hour, metric, value)
    select x.tenant_id, x.hour, x.metric, x.value from ${given} join tenants t on t.id = x.tenant_id order by 1, 2, 3
    on conflict (tenant_id, hour, metric) do update set value = u.value + excluded.value`,
    values,
    { prepare: true },
  );
  await tx.unsafe(
    `insert into usage_days as u (tenant_id, day, metric, value)
    select x.tenant_id, (x.hour at time zone 'UTC')::date, x.metric, sum(x.value)
    from ${given} join tenants t on t.id = x.tenant_id group by 1, 2, 3 order by 1, 2, 3
    on conflict (tenant_id, day, metric) do update set value = u.value + excluded.value`,
    values,
    { prepare: true },
  );
}

/** Notes that a process writes a flush. False when it has: then its effects are there. */
export async function beginFlush(tx: TransactionSql, processId: string, number: number): Promise<boolean> {
  const { count } = await tx`
    insert into usage_flushes (process_id, number) values (${processId}, ${number}) on conflict do nothing`;
  return count === 1;
}

/** Adds counts of latencies bucket by bucket. */
export async function addLatencies(tx: TransactionSql, deltas: readonly LatencyDelta[]): Promise<void> {
  const sorted = deltas.toSorted((one, other) => (one.tenantId < other.tenantId ? -1 : 1));
  for (const { tenantId, hour, kind, counts } of sorted) {
    await tx`
      insert into usage_latencies as u (tenant_id, hour, kind, counts)
      select id, ${hour}, ${kind}, ${literal(counts)}::bigint[] from tenants where id = ${tenantId}
      on conflict (tenant_id, hour, kind) do update set counts = array(
        select coalesce(b.old, 0) + coalesce(b.more, 0)
        from unnest(u.counts, excluded.counts) with ordinality as b(old, more, i) order by b.i)`;
  }
}

/** Writes how many sockets a process has. */
export async function writeConnections(
  tx: TransactionSql,
  processId: string,
  reports: readonly ConnectionsReport[],
): Promise<void> {
  if (reports.length === 0) return;
  await tx`
    insert into usage_connections as u (tenant_id, at, process_id, last, most)
    select x.tenant_id, x.at, ${processId}, x.last, x.most
    from unnest(${literal(reports.map(({ tenantId }) => tenantId))}::uuid[],
      ${literal(reports.map(({ at }) => at.toISOString()))}::timestamptz[],
      ${literal(reports.map(({ last }) => last))}::int[], ${literal(reports.map(({ most }) => most))}::int[])
      as x(tenant_id, at, last, most)
    join tenants t on t.id = x.tenant_id
    on conflict (tenant_id, at, process_id) do update set last = excluded.last, most = greatest(u.most, excluded.most)`;
}

/** Deletes what is older than it is kept. `now` is in ms since 1970. */
export async function deleteOldUsage(sql: Sql, now: number): Promise<void> {
  const before = (days: number): Date => new Date(now - days * 24 * HOUR_MS);
  await sql`delete from usage_hours where hour < ${before(90)}`;
  await sql`delete from usage_latencies where hour < ${before(90)}`;
  await sql`delete from usage_days where day < ${before(3 * 365)}::date`;
  await sql`delete from usage_connections where at < ${before(7)}`;
  await sql`delete from usage_flushes where written_at < ${before(7)}`;
  await sql`delete from active_days where day < ${before(40)}::date`;
  await sql`delete from active_keys where (month + interval '1 month 7 days')::date <= ${new Date(now)}::date`;
}
