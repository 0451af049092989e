import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { allowAnyOrigin, answerPreflight } from './headers.ts';

/** What the widget's build makes, seen from `src/http` and `dist/http` alike. */
const FILES = fileURLToPath(new URL('../../../widget/dist/v1/', import.meta.url));

/** Names that change with the content: `core-B3xK9a_d.js`. */
const HASHED = /-[\w-]{8,}\.\w+$/;

/**
 * Serves `/v1/seal-chat.js` and the files it loads, for any page on any site. Hashed names never change and are kept for a
 * year. The entry names them, so it is asked for again every time, and costs a 304 when nothing changed: one kept for
 * longer would ask for files that an upgrade has removed.
 */
export function registerWidget(server: FastifyInstance): void {
  void server.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => {
      allowAnyOrigin(reply);
      // Files are kept compressed in several ways; a cache in between must not mix them up.
      void reply.header('vary', 'accept-encoding');
    });
    await scope.register(fastifyStatic, {
      root: FILES,
      prefix: '/v1/',
      index: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders: (reply, path) => {
        const isHashed = HASHED.test(path.replace(/\.(?:br|gz)$/, ''));
        reply.setHeader('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'public, no-cache');
      },
    });
    scope.options('/v1/*', async (_request, reply) => answerPreflight(reply, 'GET, HEAD'));
  });
}
