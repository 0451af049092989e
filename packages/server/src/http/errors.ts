import type { IncomingMessage } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS, isSealError, SealError, SIZE_LIMITS, type ErrorCode } from '@seal-chat/protocol';
import { isDatabaseAway } from '../db/away.ts';

/** Answers with an error of the one table as JSON: `{ code, message, details }`. */
export function sendError(
  reply: FastifyReply,
  error: SealError,
  status: number = ERRORS[error.code].status,
): FastifyReply {
  const { retryAfterMs } = error.details;
  if (retryAfterMs !== undefined) void reply.header('retry-after', Math.ceil(retryAfterMs / 1_000));
  return reply.code(status).header('cache-control', 'no-store').send({
    code: error.code,
    message: ERRORS[error.code].text,
    details: error.details,
  });
}

/** Makes every failure of the HTTP surface a typed answer. What was unexpected is logged and says nothing outside. */
export function installErrors(server: FastifyInstance): void {
  server.setErrorHandler((error: FastifyError, request, reply) => {
    if (isSealError(error)) return sendError(reply, error);
    if (isDatabaseAway(error)) return sendError(reply, new SealError('UNAVAILABLE'));
    const status = error.statusCode ?? 500;
    if (status === 413) swallowRest(request.raw, reply);
    if (status >= 400 && status < 500) return sendError(reply, new SealError(codeOf(status)), status);
    request.log.error({ err: error, reqId: request.id, route: request.routeOptions.url }, 'request failed');
    return sendError(reply, new SealError('INTERNAL'));
  });
  server.setNotFoundHandler((request, reply) => answerUnknown(server, request, reply));
}

/** As much of a body that is too large is read as its sender may have under way, and this long at most, ms. */
const SWALLOWED = 8 * SIZE_LIMITS.request;
const SWALLOW_MS = 2_000;

/**
 * Reads on after the answer: a connection that is closed while its client still writes is reset, and the client sees a
 * failing network instead of the answer.
 */
function swallowRest(request: IncomingMessage, reply: FastifyReply): void {
  if (Number(request.headers['content-length'] ?? Infinity) > SWALLOWED) return;
  void reply.header('connection', 'keep-alive');
  const timer = setTimeout(() => request.destroy(), SWALLOW_MS);
  request.once('close', () => clearTimeout(timer)).resume();
}

function codeOf(status: number): ErrorCode {
  if (status === 404) return 'NOT_FOUND';
  return status === 413 ? 'TOO_LARGE' : 'BAD_INPUT';
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** 405 where the path is known with another method, else 404. */
function answerUnknown(server: FastifyInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?', 1)[0]!;
  const allowed = METHODS.filter((method) => server.findRoute({ method, url: pattern(path) }) !== null);
  if (allowed.length === 0) return sendError(reply, new SealError('NOT_FOUND'));
  return sendError(reply.header('allow', allowed.join(', ')), new SealError('BAD_INPUT'), 405);
}

/** The route pattern a path would fall under: files of a folder share one. */
function pattern(path: string): string {
  const [, file, part] = /^\/v1\/attachments\/([^/]+)(\/[^/]+)?$/.exec(path) ?? [];
  if (file !== undefined) return `/v1/attachments/:id${part === undefined ? '' : '/:part'}`;
  const [, folder, rest] = /^\/([^/]+)\/(.*)$/.exec(path) ?? [];
  return folder !== undefined && rest !== undefined && FOLDERS.has(folder) ? `/${folder}/*` : path;
}

const FOLDERS = new Set(['v1', 'demo', 'trpc']);
