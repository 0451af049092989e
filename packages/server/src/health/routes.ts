import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';

/** Whether each part the server needs answers. */
export type Readiness = Readonly<Record<'database' | 'bus' | 'queue', boolean>>;

export interface HealthDeps {
  /** Asks the parts. */
  ready(): Promise<Readiness>;
  readonly registry: Registry;
}

/** A load balancer asks every few seconds and gives up after some; a part that hangs counts as failed. */
const READY_TIMEOUT_MS = 3_000;

const ALL_FAILED: Readiness = { database: false, bus: false, queue: false };

/** Serves `/healthz`: the process lives. `/readyz`: it can do its work. `/metrics`: Prometheus text. */
export function registerHealth(server: FastifyInstance, deps: HealthDeps): void {
  server.get('/healthz', async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const parts = await withTimeout(deps.ready());
    const isReady = Object.values(parts).every(Boolean);
    return reply
      .code(isReady ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: isReady ? 'ready' : 'unavailable', parts });
  });
  server.get('/metrics', async (_request, reply) =>
    reply
      .header('content-type', deps.registry.contentType)
      .header('cache-control', 'no-store')
      .send(await deps.registry.metrics()),
  );
}

async function withTimeout(parts: Promise<Readiness>): Promise<Readiness> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Readiness>((resolve) => {
    timer = setTimeout(() => resolve(ALL_FAILED), READY_TIMEOUT_MS);
  });
  return Promise.race([parts.catch(() => ALL_FAILED), timeout]).finally(() => clearTimeout(timer));
}
