import { initTRPC } from '@trpc/server';
import { isSealError, SealError } from '@seal-chat/protocol';
import type { Session } from '../sessions/session.ts';
import type { Context } from './context.ts';
import { errorShapeOf, sealErrorFrom } from './errors.ts';

const t = initTRPC.context<Context>().create({
  isServer: true,
  // Stack traces and internal messages never leave the process.
  isDev: false,
  errorFormatter: ({ error }) => errorShapeOf(sealErrorFrom(error)),
});

/** Builds routers of this server's context. */
export const router: typeof t.router = t.router;

/**
 * Without checks of its own: for procedures that are called so often that a middleware would be felt. They begin with
 * `requireSession`.
 */
export const bareProcedure: typeof t.procedure = t.procedure;

/** Counts a call, and lets it begin when it is its tenant's turn and its caller is still there. */
const begin = t.middleware(async ({ ctx, path, signal, next }) => {
  const { tenant, session, address, connection, calls } = ctx;
  if (isSealError(tenant)) throw tenant;
  const userId = session === null || isSealError(session) ? null : session.userId;
  const isGone = (): boolean => signal?.aborted === true || connection?.isOpen() === false;
  const end = await calls.begin(path, { tenantId: tenant.tenantId, userId, address }, isGone);
  try {
    return await next();
  } finally {
    end();
  }
});

/**
 * Open to everyone of a tenant; `ctx.session` is set when the caller is signed in.
 * @throws SealError UNKNOWN_APP_KEY, ORIGIN_NOT_ALLOWED or TOO_MANY_CONNECTIONS; RATE_LIMITED, UNAVAILABLE
 */
export const publicProcedure = t.procedure.use(begin).use(({ ctx, next }) => {
  const { tenant, session } = ctx;
  if (isSealError(tenant)) throw tenant;
  return next({ ctx: { tenant, session: isSealError(session) ? null : session } });
});

/**
 * Open to signed-in devices.
 * @throws SealError NOT_SIGNED_IN, SESSION_EXPIRED or DEVICE_REVOKED, and as `publicProcedure`
 */
export const sessionProcedure = t.procedure
  .use(async ({ ctx, next }) => {
    const session = requireSession(ctx);
    await session.check();
    return next({ ctx: { session } });
  })
  .use(begin);

/**
 * Returns the session of a context; `check` it before use.
 * @throws SealError NOT_SIGNED_IN, SESSION_EXPIRED or DEVICE_REVOKED, and as `publicProcedure`
 */
export function requireSession({ tenant, session }: Context): Session {
  if (isSealError(tenant)) throw tenant;
  if (session === null) throw new SealError('NOT_SIGNED_IN');
  if (isSealError(session)) throw session;
  return session;
}
