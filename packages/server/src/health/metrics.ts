import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What the server counts. Totals only: no label names a tenant, a person, a device or an address. */
export interface Metrics {
  readonly registry: Registry;
  /** One answered HTTP request. `route` is a pattern, never the URL. */
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void;
  /** Messages the server has accepted for the first time. */
  addAcceptedMessages(count: number): void;
}

/** Read when the metrics are. */
export interface Gauges {
  /** WebSocket connections open now. */
  openSockets(): number;
  /** Lines of the log that were dropped because nobody read it. */
  droppedLogLines(): number;
  /** Jobs that are due and not begun, and those that failed for good. Rejects when the queue does not answer. */
  jobs(): Promise<{ readonly waiting: number; readonly failed: number }>;
}

const LATENCY_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Creates the counters of one process. */
export function createMetrics(gauges: Gauges): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'seal_http_request_duration_seconds',
    help: 'Time to answer an HTTP request.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: LATENCY_BUCKETS_SECONDS,
    registers,
  });
  const accepted = new Counter({
    name: 'seal_messages_accepted_total',
    help: 'Messages stored and acknowledged.',
    registers,
  });
  registerGauge('seal_websocket_connections', 'WebSocket connections open now.', gauges.openSockets);
  registerGauge('seal_log_lines_dropped', 'Lines of the log that were dropped.', gauges.droppedLogLines);

  registerGauge('seal_jobs_waiting', 'Jobs that are due and not begun.', async () => (await gauges.jobs()).waiting);
  registerGauge(
    'seal_jobs_failed',
    'Jobs that failed for good and are kept.',
    async () => (await gauges.jobs()).failed,
  );

  /** What cannot be read is left out. */
  function registerGauge(name: string, help: string, read: () => number | Promise<number>): void {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        async collect() {
          try {
            this.set(await read());
          } catch {
            this.set(Number.NaN);
          }
        },
      }),
    );
  }

  return {
    registry,
    observeRequest: ({ method, route, status, seconds }) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    addAcceptedMessages: (count) => accepted.inc(count),
  };
}
