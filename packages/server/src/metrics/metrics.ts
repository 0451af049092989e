import type { ErrorCode } from '@seal-chat/protocol';
import { CALL_LIMITS } from '@seal-chat/protocol/api';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import {
  GAUGES,
  SIGN_IN_WAYS,
  type CloseReason,
  type DatabaseErrorClass,
  type GaugeName,
  type JobQueueName,
  type QueueName,
  type ShedReason,
  type Transport,
} from './names.ts';

/** What the server counts. Totals only: no label names a tenant, a person, a device or an address. */
export interface Metrics {
  readonly registry: Registry;
  /** One answered HTTP request. `route` is a pattern, never the URL. */
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void;
  /** One answered call. `path` is what the caller asked for, `code` null when it succeeded. */
  observeCall(call: { path: string; transport: Transport; code: ErrorCode | null; seconds: number }): void;
  /** What a queue that is written in batches reports to. */
  queue(name: QueueName): QueueMeter;
  /** Messages the server has accepted for the first time. */
  countAccepted(kind: 'dm' | 'channel', count: number): void;
  countClosed(reason: CloseReason): void;
  /** Work that was refused because there was no room. */
  countShed(reason: ShedReason): void;
  /** A caller who used up a limit. `limit` is a name from the server's own lists. */
  countRateLimited(limit: string): void;
  countDatabaseError(kind: DatabaseErrorClass): void;
  /** An attempt at a job ended. */
  countJob(queue: JobQueueName, outcome: 'ok' | 'failed'): void;
  /** Has `read` add to a gauge from now on; `value` is that of its label, where it has one. */
  watch(name: GaugeName, read: Reading, value?: string): void;
}

/** Reads what a gauge shows now. */
type Reading = () => number | Promise<number>;

/** What a queue that is written in batches reports. */
export interface QueueMeter {
  readonly name: QueueName;
  /** A batch was written, or was not. */
  written(items: number, seconds: number): void;
  /** An item was refused for lack of room. */
  refused(): void;
  /** Items wait, as `size` says. */
  watch(size: () => number): void;
}

/** A third of the buckets of a factor of about 1.3 each, so that a dashboard of hours and Prometheus agree. Seconds. */
const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];
/** What a caller asked for that is none of the procedures. */
const UNKNOWN = 'unknown';

/** Creates the counters of one process. @param build what runs, for `seal_build_info` */
export function createMetrics(build: { readonly version: string; readonly protocol: number }): Metrics {
  const registry = new Registry();
  const registers = [registry];

  const requests = new Histogram({
    name: 'seal_http_request_duration_seconds',
    help: 'Time to answer an HTTP request.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const calls = new Histogram({
    name: 'seal_procedure_duration_seconds',
    help: 'Time to answer a call that succeeded.',
    labelNames: ['procedure', 'transport'] as const,
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const batchSizes = new Histogram({
    name: 'seal_batch_size',
    help: 'Items of a batch that was written in one transaction.',
    labelNames: ['queue'] as const,
    buckets: BATCH_BUCKETS,
    registers,
  });
  const batchTimes = new Histogram({
    name: 'seal_batch_commit_seconds',
    help: 'Time from the beginning of a batch to its commit.',
    labelNames: ['queue'] as const,
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> =>
    new Counter({ name, help, labelNames, registers });
  const failures = counter(
    'seal_procedure_failures_total',
    'Calls that failed, by the code of the error.',
    'procedure',
    'transport',
    'code',
  );
  const signIns = counter('seal_auth_total', 'Sign-ups, sign-ins and refreshes.', 'way', 'outcome');
  const accepted = counter('seal_messages_accepted_total', 'Messages stored and acknowledged.', 'kind');
  const closed = counter('seal_websocket_closes_total', 'WebSockets that ended, by the reason.', 'reason');
  const shed = counter('seal_shed_total', 'Work refused for lack of room.', 'reason');
  const limited = counter('seal_rate_limited_total', 'Calls of callers who had used up a limit.', 'limit');
  const databaseErrors = counter('seal_db_errors_total', 'Statements that failed, by what went wrong.', 'class');
  const jobs = counter('seal_jobs_total', 'Attempts at jobs, by queue and outcome.', 'queue', 'outcome');
  new Gauge({
    name: 'seal_build_info',
    help: 'What runs; always 1.',
    labelNames: ['version', 'protocol'] as const,
    registers,
  }).set({ version: build.version, protocol: String(build.protocol) }, 1);
  for (const kind of ['dm', 'channel']) accepted.inc({ kind }, 0);

  const reads = new Map<GaugeName, Map<string, Reading[]>>();
  for (const [name, { help, label }] of Object.entries(GAUGES) as [GaugeName, (typeof GAUGES)[GaugeName]][]) {
    const ofGauge = new Map<string, Reading[]>();
    reads.set(name, ofGauge);
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: label === null ? [] : [label],
      registers,
      async collect() {
        for (const [value, each] of ofGauge) {
          const sum = (await Promise.all(each.map(readingOf))).reduce((total, one) => total + one, 0);
          if (label === null) gauge.set(sum);
          else gauge.set({ [label]: value }, sum);
        }
      },
    });
  }

  function watch(name: GaugeName, read: Reading, value = ''): void {
    const ofGauge = reads.get(name)!;
    ofGauge.set(value, [...(ofGauge.get(value) ?? []), read]);
  }

  return {
    registry,
    observeRequest: ({ method, route, status, seconds }) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    observeCall({ path, transport, code, seconds }) {
      const procedure = Object.hasOwn(CALL_LIMITS, path) ? path : UNKNOWN;
      if (code === null) calls.observe({ procedure, transport }, seconds);
      else failures.inc({ procedure, transport, code });
      const way = SIGN_IN_WAYS[procedure];
      if (way !== undefined) signIns.inc({ way, outcome: outcomeOf(code) });
    },
    queue: (queue) => ({
      name: queue,
      written(items, seconds) {
        batchSizes.observe({ queue }, items);
        batchTimes.observe({ queue }, seconds);
      },
      refused: () => shed.inc({ reason: queue }),
      watch: (size) => watch('seal_write_queue_items', size, queue),
    }),
    countAccepted: (kind, count) => accepted.inc({ kind }, count),
    countClosed: (reason) => closed.inc({ reason }),
    countShed: (reason) => shed.inc({ reason }),
    countRateLimited: (limit) => limited.inc({ limit }),
    countJob: (queue, outcome) => jobs.inc({ queue, outcome }),
    countDatabaseError: (kind) => databaseErrors.inc({ class: kind }),
    watch,
  };
}

/** What a gauge shows; not a number while it cannot be asked. */
async function readingOf(read: Reading): Promise<number> {
  try {
    return await read();
  } catch {
    return Number.NaN;
  }
}

/** `failed` is the server's fault, `refused` the caller's. */
function outcomeOf(code: ErrorCode | null): string {
  if (code === null) return 'ok';
  return code === 'INTERNAL' || code === 'UNAVAILABLE' ? 'failed' : 'refused';
}
