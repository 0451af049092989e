import type { ErrorCode, TenantId } from '@seal-chat/protocol';
import type { Sql } from 'postgres';
import { SIGN_IN_WAYS } from '../metrics/names.ts';
import { writeActive, type ActiveReport } from './active.ts';
import { BUCKETS, bucketOf } from './latency.ts';
import { failureMetric, LATENCY_KINDS, USAGE } from './names.ts';
import {
  addLatencies,
  addUsage,
  beginFlush,
  writeConnections,
  type ConnectionsReport,
  type LatencyDelta,
  type UsageDelta,
} from './store.ts';

/** What a process counts of its tenants in memory, written once a minute. A crash loses what was not written. */
export interface UsageMeter {
  /** A call was answered. `code` is null when it succeeded. */
  answered(tenantId: TenantId, call: { path: string; code: ErrorCode | null; seconds: number }): void;
  /** A device of a person called, or is connected. */
  wasHere(device: { tenantId: TenantId; userId: string; deviceId: string }): void;
  /** A signed-in socket opened. @returns to be called when it closes */
  opened(tenantId: TenantId): () => void;
  /** Writes what was counted. Rejects when that failed: it is tried again with the next. */
  flush(): Promise<void>;
  /** Stops the timer and writes. */
  close(): Promise<void>;
}

const FLUSH_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Sockets are counted for this long under one time, ms. */
const CONNECTIONS_MS = 300_000;
const ACCEPTING = new Set(['messages.send', 'channels.send']);

/** What one flush writes. */
interface Flush {
  readonly number: number;
  readonly usage: readonly UsageDelta[];
  readonly latencies: readonly LatencyDelta[];
  readonly connections: readonly ConnectionsReport[];
  readonly active: readonly ActiveReport[];
}

/**
 * Creates the meter of the process `processId`, which no other process and no earlier run has as its id. `clock` is in ms
 * since 1970.
 */
export function createUsageMeter(deps: {
  readonly sql: Sql;
  readonly processId: string;
  readonly clock: () => number;
  /** The devices that are connected now. */
  readonly present: () => Iterable<{ tenantId: TenantId; userId: string; deviceId: string }>;
  readonly onError: (error: unknown) => void;
}): UsageMeter {
  const { sql, processId, clock, present, onError } = deps;
  const counts = new Map<string, UsageDelta>();
  const latencies = new Map<string, { delta: LatencyDelta; counts: number[] }>();
  const sockets = new Map<TenantId, { now: number; most: number }>();
  /** By tenant and day: who was here, and of those who is not written yet. */
  const active = new Map<
    string,
    { known: Set<string>; report: ActiveReport & { users: Set<string>; devices: Set<string> } }
  >();
  let number = 0;
  let pending: Flush | null = null;
  let flushing: Promise<void> | null = null;
  const timer = setInterval(() => void flush().catch(onError), FLUSH_MS);
  timer.unref();

  const hourOf = (now: number): Date => new Date(now - (now % HOUR_MS));

  function count(tenantId: TenantId, metric: number): void {
    const at = hourOf(clock());
    const key = `${tenantId} ${metric} ${at.getTime()}`;
    counts.set(key, { tenantId, at, metric, amount: (counts.get(key)?.amount ?? 0) + 1 });
  }

  function measure(tenantId: TenantId, kind: number, ms: number): void {
    const hour = hourOf(clock());
    const key = `${tenantId} ${kind} ${hour.getTime()}`;
    let known = latencies.get(key);
    if (known === undefined) {
      const own = Array.from({ length: BUCKETS }, () => 0);
      latencies.set(key, (known = { delta: { tenantId, hour, kind, counts: own }, counts: own }));
    }
    known.counts[bucketOf(ms)]!++;
  }

  function wasHere({ tenantId, userId, deviceId }: { tenantId: TenantId; userId: string; deviceId: string }): void {
    const day = new Date(clock()).toISOString().slice(0, 10);
    const key = tenantId + day;
    let of = active.get(key);
    if (of === undefined) {
      for (const old of active.keys()) if (!old.endsWith(day) && isWritten(active.get(old)!.report)) active.delete(old);
      of = { known: new Set(), report: { tenantId, day, users: new Set(), devices: new Set() } };
      active.set(key, of);
    }
    if (of.known.has(deviceId)) return;
    of.known.add(deviceId);
    of.report.users.add(userId);
    of.report.devices.add(deviceId);
  }

  function collect(): Flush {
    const at = new Date(clock() - (clock() % CONNECTIONS_MS));
    for (const device of present()) wasHere(device);
    const connections = [...sockets].map(([tenantId, { now: last, most }]) => ({ tenantId, at, last, most }));
    const reports = [...active.values()].map(({ report }) => report).filter((report) => !isWritten(report));
    const collected: Flush = {
      number: ++number,
      usage: [...counts.values()],
      latencies: [...latencies.values()].map(({ delta }) => delta),
      connections,
      active: reports.map((report) => ({ ...report, users: new Set(report.users), devices: new Set(report.devices) })),
    };
    counts.clear();
    latencies.clear();
    for (const { users, devices } of reports) {
      users.clear();
      devices.clear();
    }
    for (const [tenantId, { now }] of sockets) {
      if (now === 0) sockets.delete(tenantId);
      else sockets.set(tenantId, { now, most: now });
    }
    return collected;
  }

  async function write({
    number: own,
    usage,
    latencies: measured,
    connections,
    active: reports,
  }: Flush): Promise<void> {
    if (usage.length + measured.length + connections.length + reports.length === 0) return;
    await sql.begin(async (tx) => {
      if (!(await beginFlush(tx, processId, own))) return;
      await addUsage(tx, usage);
      await addLatencies(tx, measured);
      await writeConnections(tx, processId, connections);
      await writeActive(tx, reports);
    });
  }

  async function writeAll(): Promise<void> {
    // What may have been written, although its answer was lost, goes first and under its number.
    if (pending !== null) await write(pending);
    pending = collect();
    await write(pending);
    pending = null;
  }

  async function flush(): Promise<void> {
    await flushing?.catch(() => undefined);
    flushing = writeAll();
    try {
      await flushing;
    } finally {
      flushing = null;
    }
  }

  return {
    answered(tenantId, { path, code, seconds }) {
      if (code !== null) return count(tenantId, failureMetric(code));
      if (ACCEPTING.has(path)) measure(tenantId, LATENCY_KINDS.accept, seconds * 1_000);
      if (SIGN_IN_WAYS[path] !== undefined) count(tenantId, USAGE.signIns);
    },
    wasHere,
    opened(tenantId) {
      const before = sockets.get(tenantId) ?? { now: 0, most: 0 };
      sockets.set(tenantId, { now: before.now + 1, most: Math.max(before.most, before.now + 1) });
      return () => {
        const { now, most } = sockets.get(tenantId)!;
        sockets.set(tenantId, { now: now - 1, most });
      };
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush().catch(onError);
    },
  };
}

function isWritten({ users, devices }: ActiveReport): boolean {
  return users.size + devices.size === 0;
}
