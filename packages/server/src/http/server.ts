import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import Fastify, { LogController, type FastifyInstance, type FastifyRequest } from 'fastify';
import { SealError, SIZE_LIMITS, TRANSPORT } from '@seal-chat/protocol';
import type { Rounds } from '../fairness/rounds.ts';
import { isFromHere, registerHealth, registerLiveness, type HealthDeps } from '../health/routes.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { networkOf, proxyTest } from '../net/address.ts';
import type { NetworkLimits } from '../net/admission.ts';
import { connectionsThatFit } from '../net/descriptors.ts';
import { createRequestBudget, type RequestBudget } from '../net/request-budget.ts';
import { countDropped, limitConnections, refuseSocket } from '../net/sockets.ts';
import { registerAttachments, type AttachmentsHttpDeps } from './attachments.ts';
import { registerDemo, type DemoDeps } from './demo.ts';
import { installErrors, sendError } from './errors.ts';
import { installHeaders } from './headers.ts';
import { registerTrpc, type TrpcDeps } from './trpc.ts';
import { registerWidget } from './widget.ts';

export interface HttpDeps {
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The turns in which requests are begun. */
  readonly rounds: Rounds;
  readonly ready: HealthDeps['ready'];
  readonly trpc: TrpcDeps;
  readonly attachments: AttachmentsHttpDeps;
  /** Origin that browsers use. */
  readonly publicUrl: string;
  /** Addresses and networks of proxies in front. */
  readonly trustedProxies: readonly string[];
  readonly network: NetworkLimits;
  /** Null: there is no demo. */
  readonly demo: DemoDeps | null;
}

/** To receive a whole request; slower senders only hold a connection. */
const REQUEST_TIMEOUT_MS = 60_000;
/** To receive the head of a request; how often both are looked at; and how long an idle connection stays open, ms. */
const TIMEOUTS = { headersTimeout: 15_000, connectionsCheckingInterval: 5_000, keepAliveTimeout: 15_000 };
/** What a request costs in its turn, about, ms. */
const REQUEST_COST_MS = 0.5;
/** Bytes of a body that cost as much as a request. */
const BODY_OF_REQUEST = 16_384;
/** Connections beside WebSockets. */
const MAX_REQUESTS = 5_000;

/** The HTTP server, not listening yet. */
export interface HttpServer {
  readonly fastify: FastifyInstance;
  /** Takes no more connections; settles when every request that had begun is answered. */
  drain(): Promise<void>;
  /** Cuts what is still open. */
  close(): Promise<void>;
}

/** Everything the server answers over HTTP. */
export function createHttpServer(deps: HttpDeps): HttpServer {
  const server = Fastify<Server>({
    loggerInstance: deps.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: SIZE_LIMITS.request,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: TIMEOUTS.keepAliveTimeout,
    http: TIMEOUTS,
    trustProxy: deps.trustedProxies.length > 0 && [...deps.trustedProxies],
    // Connections that are idle when a shutdown begins are closed at once; the others finish their request.
    forceCloseConnections: 'idle',
    frameworkErrors: (error, _request, reply) => {
      void sendError(reply, new SealError('BAD_INPUT'), error.statusCode ?? 400);
    },
    clientErrorHandler: (_error, socket) => refuseSocket(socket, 400),
  });
  server.server.maxConnections = Math.min(deps.network.sockets + MAX_REQUESTS, connectionsThatFit() ?? Infinity);
  countDropped(server.server, (dropped) => deps.log.warn({ dropped }, 'connections were closed: there are too many'));
  const budget = createRequestBudget(deps.network.requestsPerAddress);
  limitConnections(server.server, {
    perAddress: deps.network.connectionsPerAddress,
    isShut: budget.isShut,
    isProxy: proxyTest(deps.trustedProxies),
    networkOf,
  });
  limitRequests(server, budget, deps);
  installErrors(server);
  installHeaders(server, deps.publicUrl);
  observe(server, deps);
  const requests = countRequests(server);
  registerLiveness(server);
  registerHealth(server, { ready: deps.ready, registry: deps.metrics.registry }, isFromHere);
  registerTrpc(server, deps.trpc, deps.metrics);
  registerAttachments(server, deps.attachments);
  registerWidget(server);
  if (deps.demo !== null) registerDemo(server, deps.demo);
  let closed: Promise<void> | undefined;
  return {
    fastify: server,
    drain() {
      // WebSockets keep this from settling; the app, which owns them, closes them next.
      closed = server.close();
      return requests.settled();
    },
    async close() {
      server.server.closeAllConnections();
      await (closed ?? server.close());
    },
  };
}

/**
 * Lets the requests of an address begin one after the other, and no faster than it may make them: what waits costs
 * nothing but its connection. Refuses what would wait too long, before anything else is done.
 */
function limitRequests(server: FastifyInstance, budget: RequestBudget, { rounds, metrics }: HttpDeps): void {
  server.addHook('onRequest', async (request, reply) => {
    const network = networkOf(request.ip);
    const waitMs = budget.take(network, 1 + costOfBody(request));
    if (waitMs !== null) {
      if (waitMs > 0) await delay(waitMs, undefined, { ref: false });
      await rounds.once(network, REQUEST_COST_MS);
      // Nobody waits for the answer any longer.
      if (request.raw.socket.destroyed) reply.hijack();
      return;
    }
    metrics.countShed('requests-of-address');
    await reply.code(429).headers({ connection: 'close', 'retry-after': '2', 'content-length': '0' }).send();
  });
}

/** What the body of a request costs, in requests. Parts of files have a limit of their own. */
function costOfBody({ url, headers }: FastifyRequest): number {
  if (!url.startsWith(TRANSPORT.path)) return 0;
  const isUnknown = headers['transfer-encoding'] !== undefined;
  const length = isUnknown ? SIZE_LIMITS.request : Number(headers['content-length'] ?? 0);
  return Math.min(length || 0, SIZE_LIMITS.request) / BODY_OF_REQUEST;
}

/** Knows how many requests have begun and are not answered. */
function countRequests(server: FastifyInstance): { settled(): Promise<void> } {
  const open = new Set<FastifyRequest>();
  let onSettled = (): void => undefined;
  server.addHook('onRequest', async (request, reply) => {
    open.add(request);
    // Also after a connection that broke, unlike the hooks.
    reply.raw.once('close', () => {
      open.delete(request);
      if (open.size === 0) onSettled();
    });
  });
  return {
    settled: () =>
      open.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            onSettled = resolve;
          }),
  };
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
