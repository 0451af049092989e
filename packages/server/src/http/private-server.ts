import type { Server } from 'node:http';
import Fastify, { LogController, type FastifyInstance } from 'fastify';
import { registerHealth, registerLiveness, type HealthDeps } from '../health/routes.ts';
import type { Logger } from '../log.ts';
import { guardSockets } from '../net/sockets.ts';
import { installErrors } from './errors.ts';

/** What operators ask: more than their tools need at once. */
const MAX_CONNECTIONS = 64;

/** Creates the server of what is for the operator alone, not listening yet: liveness, readiness and metrics. */
export function createPrivateServer(deps: HealthDeps & { readonly log: Logger }): FastifyInstance {
  const server = Fastify<Server>({
    loggerInstance: deps.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1_024,
    requestTimeout: 10_000,
    forceCloseConnections: true,
  });
  guardSockets(server.server);
  server.server.maxConnections = MAX_CONNECTIONS;
  installErrors(server);
  registerLiveness(server);
  registerHealth(server, deps);
  return server;
}
