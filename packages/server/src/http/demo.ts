import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { ID_PATTERN, SealError, type ConversationId, type TenantId } from '@seal-chat/protocol';
import type { SqlDoor } from '../db/doors.ts';
import { readStored } from './demo-store.ts';
import { demoPolicy } from './headers.ts';

/** What the build of the demo page makes, seen from `src/http` and `dist/http` alike. */
const FILES = fileURLToPath(new URL('../../../widget/dist/demo/', import.meta.url));

export interface DemoDeps {
  readonly sql: SqlDoor;
  /** The demo's own tenant: nothing of another one is ever shown. */
  readonly tenantId: TenantId;
  readonly publicUrl: string;
}

/** Serves `/demo`: two people side by side; and `/demo/stored`: what the database holds of their conversation. */
export function registerDemo(server: FastifyInstance, deps: DemoDeps): void {
  const policy = demoPolicy(deps.publicUrl);
  void server.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => {
      void reply.headers({ 'content-security-policy': policy, 'cache-control': 'no-cache' });
    });
    await scope.register(fastifyStatic, { root: FILES, prefix: '/demo/', index: false, cacheControl: false });
    scope.get('/demo', async (_request, reply) => reply.sendFile('index.html'));
    scope.get('/', async (_request, reply) => reply.redirect('/demo'));
    scope.get('/demo/stored', async (request, reply) => {
      const { conversation } = request.query as { conversation?: unknown };
      if (typeof conversation !== 'string' || !ID_PATTERN.test(conversation)) {
        throw new SealError('BAD_INPUT', undefined, { field: 'conversation' });
      }
      const stored = await readStored(deps.sql.of(deps.tenantId), deps.tenantId, conversation as ConversationId);
      return reply.header('cache-control', 'no-store').send(stored);
    });
  });
}
