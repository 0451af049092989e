import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SealError } from '@seal-chat/protocol';
import type { Registry } from 'prom-client';
import type { Readiness } from './readiness.ts';

export interface HealthDeps {
  /** Asks the parts; never rejects. */
  ready(): Promise<Readiness>;
  readonly registry: Registry;
}

/** Serves `/healthz`: the process lives. */
export function registerLiveness(server: FastifyInstance): void {
  server.get('/healthz', async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
}

/**
 * Serves `/readyz`: the process can do its work; and `/metrics`: Prometheus text.
 * @param mayAsk whether a request gets an answer; the others are told that there is no such path
 */
export function registerHealth(
  server: FastifyInstance,
  deps: HealthDeps,
  mayAsk: (request: FastifyRequest) => boolean = () => true,
): void {
  const admit = async (request: FastifyRequest): Promise<void> => {
    if (!mayAsk(request)) throw new SealError('NOT_FOUND');
  };
  server.get('/readyz', { onRequest: admit }, async (_request, reply): Promise<FastifyReply> => {
    const parts = await deps.ready();
    const isWhole = Object.values(parts).every(Boolean);
    // Without bus or queue everything is slower and nothing is lost: that is no reason to send people elsewhere.
    const status = parts.database ? (isWhole ? 'ready' : 'degraded') : 'unavailable';
    return reply
      .code(parts.database ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status, parts });
  });
  server.get('/metrics', { onRequest: admit }, async (_request, reply) =>
    reply
      .header('content-type', deps.registry.contentType)
      .header('cache-control', 'no-store')
      .send(await deps.registry.metrics()),
  );
}

/** Whether a request came from this machine, and not through a proxy on it. */
export function isFromHere({ socket, headers }: FastifyRequest): boolean {
  const address = socket.remoteAddress ?? '';
  const isLoopback = address === '::1' || /^(?:::ffff:)?127\./.test(address);
  return isLoopback && headers['x-forwarded-for'] === undefined && headers['forwarded'] === undefined;
}
