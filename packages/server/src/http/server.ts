import type { Server } from 'node:http';
import Fastify, { LogController, type FastifyInstance } from 'fastify';
import { SealError, SIZE_LIMITS } from '@seal-chat/protocol';
import { registerHealth, type HealthDeps } from '../health/routes.ts';
import type { Metrics } from '../health/metrics.ts';
import type { Logger } from '../log.ts';
import { registerDemo, type DemoDeps } from './demo.ts';
import { installErrors, NOT_HTTP, sendError } from './errors.ts';
import { installHeaders } from './headers.ts';
import { registerTrpc, type TrpcDeps } from './trpc.ts';
import { registerWidget } from './widget.ts';

export interface HttpDeps {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly ready: HealthDeps['ready'];
  readonly trpc: TrpcDeps;
  /** Origin that browsers use. */
  readonly publicUrl: string;
  /** Addresses and networks of proxies in front. */
  readonly trustedProxies: readonly string[];
  /** Null: there is no demo. */
  readonly demo: DemoDeps | null;
}

/** Everything the server answers over HTTP. Not listening yet. */
export function createHttpServer(deps: HttpDeps): FastifyInstance {
  const server = Fastify<Server>({
    loggerInstance: deps.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: SIZE_LIMITS.request,
    trustProxy: deps.trustedProxies.length > 0 && [...deps.trustedProxies],
    // Connections that are idle when a shutdown begins are closed at once; the others finish their request.
    forceCloseConnections: 'idle',
    frameworkErrors: (error, _request, reply) => {
      void sendError(reply, new SealError('BAD_INPUT'), error.statusCode ?? 400);
    },
    clientErrorHandler: (_error, socket) => {
      if (socket.writable) socket.end(NOT_HTTP);
    },
  });
  installErrors(server);
  installHeaders(server, deps.publicUrl);
  observe(server, deps);
  registerHealth(server, { ready: deps.ready, registry: deps.metrics.registry });
  registerTrpc(server, deps.trpc);
  registerWidget(server);
  if (deps.demo !== null) registerDemo(server, deps.demo);
  return server;
}

/** Counts and, at `debug`, logs every answer by its route. URLs stay out: tRPC puts inputs into them. */
function observe(server: FastifyInstance, { log, metrics }: HttpDeps): void {
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    const seconds = reply.elapsedTime / 1_000;
    metrics.observeRequest({ method: request.method, route, status: reply.statusCode, seconds });
    log.debug({ method: request.method, route, status: reply.statusCode, seconds }, 'answered');
  });
}
