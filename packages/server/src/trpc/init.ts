import { initTRPC } from '@trpc/server';
import { isSealError, SealError } from '@seal-chat/protocol';
import type { Session } from '../sessions/session.ts';
import type { Context } from './context.ts';
import { answerFor } from './errors.ts';

const t = initTRPC.context<Context>().create({
  isServer: true,
  // Stack traces and internal messages never leave the process.
  isDev: false,
  errorFormatter: ({ shape, error }) => {
    const { message, httpStatus, seal } = answerFor(error);
    return { ...shape, message, data: { code: shape.data.code, httpStatus, seal } };
  },
});

/** Builds routers of this server's context. */
export const router: typeof t.router = t.router;

/**
 * Without checks of its own: for procedures that are called so often that a middleware would be felt. They begin with
 * `requireSession`.
 */
export const bareProcedure: typeof t.procedure = t.procedure;

/**
 * Open to everyone of a tenant; `ctx.session` is set when the caller is signed in.
 * @throws SealError UNKNOWN_APP_KEY, ORIGIN_NOT_ALLOWED or TOO_MANY_CONNECTIONS
 */
export const publicProcedure = t.procedure.use(({ ctx, next }) => {
  const { tenant, session } = ctx;
  if (isSealError(tenant)) throw tenant;
  return next({ ctx: { tenant, session: isSealError(session) ? null : session } });
});

/**
 * Open to signed-in devices.
 * @throws SealError NOT_SIGNED_IN, SESSION_EXPIRED or DEVICE_REVOKED, and as `publicProcedure`
 */
export const sessionProcedure = t.procedure.use(async ({ ctx, next }) => {
  const session = requireSession(ctx);
  await session.check();
  return next({ ctx: { session } });
});

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
