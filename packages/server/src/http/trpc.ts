import type { ServerResponse } from 'node:http';
import type { TRPCError } from '@trpc/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fastifyRequestHandler } from '@trpc/server/adapters/fastify';
import { isSealError, SealError, type ErrorCode, type TenantId } from '@seal-chat/protocol';
import type { Metrics } from '../metrics/metrics.ts';
import { isPlainJson } from '../net/json-scan.ts';
import type { AppRouter } from '../router.ts';
import type { Context } from '../trpc/context.ts';
import { sealErrorFrom } from '../trpc/errors.ts';
import { allowAnyOrigin, answerPreflight } from './headers.ts';

/** Calls in one HTTP request: more than any client makes at once, too few to multiply an attack. */
const MAX_BATCH = 20;

export interface TrpcDeps {
  readonly router: AppRouter;
  /** The context of one request, from its headers and the address it came from. */
  createContext(request: Pick<FastifyRequest, 'headers' | 'ip'>): Promise<Context>;
  /**
   * The context of a subscription, whose answer is a stream.
   * @param params what tRPC calls connection parameters
   */
  createStreamContext(
    request: Pick<FastifyRequest, 'headers' | 'ip'>,
    response: ServerResponse,
    params: Readonly<Record<string, string | undefined>> | null,
  ): Promise<Context>;
  /** Is told of every call that failed, expected or not. */
  onError(failure: {
    readonly error: TRPCError;
    readonly path: string | undefined;
    readonly ctx?: Context | undefined;
    readonly reqId?: string;
  }): void;
  /** Is told of every call of a tenant that was answered. */
  onAnswer(tenantId: TenantId, call: { path: string; code: ErrorCode | null; seconds: number }): void;
}

/** Counts calls that were answered. */
type CallMeter = Pick<Metrics, 'observeCall'>;

/** Serves the procedures over HTTP; the same ones over WebSocket are attached to the bare server (see `main.ts`). */
export function registerTrpc(server: FastifyInstance, deps: TrpcDeps, metrics: CallMeter): void {
  void server.register(async (scope) => {
    // tRPC reads the body itself; Fastify only bounds its size.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
      if (isPlainJson(body)) done(null, body.toString());
      else done(new SealError('BAD_INPUT'));
    });
    scope.addHook('onRequest', async (_request, reply) => {
      allowAnyOrigin(reply);
      void reply.header('cache-control', 'no-store');
    });
    scope.route({
      method: ['GET', 'POST'],
      url: '/trpc/*',
      exposeHeadRoute: false,
      handler(request: FastifyRequest, reply: FastifyReply) {
        const began = performance.now();
        const path = (request.params as { '*': string })['*'];
        const failed = new Set<string>();
        let tenantId: TenantId | null = null;
        const observe = (asked: string, code: ErrorCode | null): void => {
          const seconds = (performance.now() - began) / 1_000;
          metrics.observeCall({ path: asked, transport: 'http', code, seconds });
          if (tenantId !== null) deps.onAnswer(tenantId, { path: asked, code, seconds });
        };
        return fastifyRequestHandler({
          router: deps.router,
          async createContext({ req, res, info }) {
            const context = await (info.type === 'subscription'
              ? deps.createStreamContext(req, res.raw, info.connectionParams)
              : deps.createContext(req));
            if (!isSealError(context.tenant)) tenantId = context.tenant.tenantId;
            return context;
          },
          onError(failure) {
            failed.add(failure.path ?? path);
            observe(failure.path ?? path, sealErrorFrom(failure.error).code);
            deps.onError({ ...failure, reqId: request.id });
          },
          responseMeta({ paths = [] }) {
            for (const asked of paths) if (!failed.has(asked)) observe(asked, null);
            return {};
          },
          maxBatchSize: MAX_BATCH,
          req: request,
          res: reply,
          path,
        });
      },
    });
    scope.options('/trpc/*', async (_request, reply) => answerPreflight(reply, 'GET, POST'));
  });
}
