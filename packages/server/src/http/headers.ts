import type { FastifyInstance, FastifyReply } from 'fastify';

/** Sent with every answer unless a route says otherwise. */
const STANDARD_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** A year, as browsers that preload want it. Only sent where the public address is https. */
const STRICT_TRANSPORT = 'max-age=31536000; includeSubDomains';

/** Puts the security headers on every answer. */
export function installHeaders(server: FastifyInstance, publicUrl: string): void {
  const isSecure = publicUrl.startsWith('https:');
  server.addHook('onRequest', async (_request, reply) => {
    void reply.headers(STANDARD_HEADERS);
    if (isSecure) void reply.header('strict-transport-security', STRICT_TRANSPORT);
  });
}

/**
 * Writes the policy of the demo page: scripts, styles and connections of its own origin only, nothing inline, and no
 * string becomes markup or code except through the policies named. A host page of `<seal-chat>` can be stricter:
 * docs/INTEGRATION.md has its policy. `'self'` does not cover WebSockets in every browser.
 */
export function demoPolicy(publicUrl: string): string {
  const sockets = publicUrl.replace(/^http/, 'ws');
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    // Videos and sounds are played from memory, where they were decrypted.
    'media-src blob:',
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "frame-src 'self'",
    `connect-src 'self' ${sockets}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    "require-trusted-types-for 'script'",
    'trusted-types lit-html seal-chat',
  ].join('; ');
}

/** Lets pages of any origin send and read. No cookies are used, so any origin may ask: whether it is one of
 * the tenant's is decided with the app key, and the refusal is a typed error that the page can read. */
export function allowAnyOrigin(reply: FastifyReply, exposed: string = 'retry-after'): void {
  void reply.headers({
    'access-control-allow-origin': '*',
    'access-control-expose-headers': exposed,
    'cross-origin-resource-policy': 'cross-origin',
  });
}

const ALLOWED_HEADERS = ['authorization', 'content-type', 'x-seal-app-key', 'trpc-accept'];

/** Answers a preflight request. @param headers what a page may send besides what every route takes */
export function answerPreflight(reply: FastifyReply, methods: string, headers: readonly string[] = []): FastifyReply {
  allowAnyOrigin(reply);
  return reply
    .code(204)
    .headers({
      'access-control-allow-methods': methods,
      'access-control-allow-headers': [...ALLOWED_HEADERS, ...headers].join(', '),
      'access-control-max-age': '7200',
      'cache-control': 'no-store',
    })
    .send();
}
