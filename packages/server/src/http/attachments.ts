import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ID_PATTERN, PART_SIZE, SealError, type AttachmentId } from '@seal-chat/protocol';
import type { AttachmentsService } from '../attachments/service.ts';
import { rateLimited } from '../limits/durable.ts';
import type { Turns } from '../fairness/turns.ts';
import type { Session } from '../sessions/session.ts';
import type { Context } from '../trpc/context.ts';
import { requireSession } from '../trpc/init.ts';
import { parseRange } from './byte-range.ts';
import { sendError } from './errors.ts';
import { allowAnyOrigin, answerPreflight } from './headers.ts';

export interface AttachmentsHttpDeps {
  readonly attachments: Pick<AttachmentsService, 'write' | 'sizeOf' | 'read'>;
  /** The turns in which parts are stored: each is as much for the disk as hundreds of messages. */
  readonly uploads: Turns;
  /** The context of one request, as every procedure gets it. */
  createContext(request: Pick<FastifyRequest, 'headers' | 'ip'>): Promise<Context>;
}

/** Downloads of one user at a time. Each holds a part or two in memory for as long as its reader takes. */
const READS_AT_ONCE = 16;
const READ_AGAIN_MS = 1_000;

/** The bytes of an id never change, so a browser may cache them for good. */
const KEPT = 'private, max-age=31536000, immutable';

/**
 * Bytes of attachments: `PUT /v1/attachments/<id>/<part>` takes a part, `GET` and `HEAD /v1/attachments/<id>` give the
 * whole or a range. Who may is decided by the same credentials, and as, for every procedure.
 */
export function registerAttachments(server: FastifyInstance, deps: AttachmentsHttpDeps): void {
  const { attachments, uploads, createContext } = deps;
  const sessions = new WeakMap<FastifyRequest, Session>();
  /** Downloads under way, by tenant and user. */
  const reads = new Map<string, number>();

  /** Before the body is read: strangers do not get to send one. */
  async function authenticate(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    allowAnyOrigin(reply, 'retry-after, content-range, accept-ranges, etag');
    void reply.header('cache-control', 'no-store');
    if (request.method === 'OPTIONS') return;
    const session = requireSession(await createContext(request));
    await session.check();
    sessions.set(request, session);
  }

  async function take(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { body } = request;
    if (!Buffer.isBuffer(body)) throw new SealError('BAD_INPUT', undefined, { field: 'body' });
    const session = sessions.get(request)!;
    const end = await uploads.take(session.tenantId, session.userId, () => request.raw.socket.destroyed);
    try {
      await attachments.write(session, idOf(request), partOf(request), body);
    } finally {
      end();
    }
    return reply.code(204).send();
  }

  /** @throws SealError RATE_LIMITED */
  function beginRead({ tenantId, userId }: Session, reply: FastifyReply): void {
    const key = tenantId + userId;
    const before = reads.get(key) ?? 0;
    if (before >= READS_AT_ONCE) throw rateLimited(READ_AGAIN_MS);
    reads.set(key, before + 1);
    reply.raw.once('close', () => {
      const left = reads.get(key)! - 1;
      if (left === 0) reads.delete(key);
      else reads.set(key, left);
    });
  }

  async function give(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const session = sessions.get(request)!;
    const attachmentId = idOf(request);
    const size = await attachments.sizeOf(session, attachmentId);
    const tag = `"${attachmentId}"`;
    void reply.headers({ etag: tag, 'accept-ranges': 'bytes', 'cache-control': KEPT });
    if (namesTag(request.headers['if-none-match'], tag)) return reply.code(304).send();
    const ifRange = request.headers['if-range'];
    const isSame = ifRange === undefined || ifRange === tag;
    const range = isSame && request.method === 'GET' ? parseRange(request.headers.range, size) : null;
    if (range === 'unsatisfiable') {
      return sendError(reply.header('content-range', `bytes */${size}`), new SealError('BAD_INPUT'), 416);
    }
    const { start, end } = range ?? { start: 0, end: size };
    void reply.headers({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
      'content-length': end - start,
    });
    if (range !== null) void reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${size}`);
    if (request.method === 'HEAD') return reply.send();
    beginRead(session, reply);
    // Asked for the next part only when the one before is on its way: memory does not grow with the file.
    const bytes = attachments.read(session, attachmentId, start, end);
    return reply.send(Readable.from(bytes, { objectMode: false, highWaterMark: 1 }));
  }

  void server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.addHook('onRequest', authenticate);
    scope.route({ method: 'PUT', url: '/v1/attachments/:id/:part', bodyLimit: PART_SIZE, handler: take });
    scope.route({ method: ['GET', 'HEAD'], url: '/v1/attachments/:id', exposeHeadRoute: false, handler: give });
    for (const url of ['/v1/attachments/:id', '/v1/attachments/:id/:part']) {
      scope.options(url, async (_request, reply) =>
        answerPreflight(reply, 'GET, HEAD, PUT', ['range', 'if-range', 'if-none-match']),
      );
    }
  });
}

function idOf(request: FastifyRequest): AttachmentId {
  const { id } = request.params as { id: string };
  if (!ID_PATTERN.test(id)) throw new SealError('NOT_FOUND');
  return id as AttachmentId;
}

function partOf(request: FastifyRequest): number {
  const { part } = request.params as { part: string };
  if (!/^(?:0|[1-9]\d{0,8})$/.test(part)) throw new SealError('NOT_FOUND');
  return Number(part);
}

/** Whether `If-None-Match` names the tag, weakly or not (RFC 9110 §13.1.2). */
function namesTag(header: string | undefined, tag: string): boolean {
  const named = header?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? [];
  return named.includes(tag) || named.includes('*');
}
