import { initTRPC } from '@trpc/server';
import { isSealError, LIFETIMES, SealError } from '@seal-chat/protocol';
import type { Session } from '../sessions/session.ts';
import type { Context } from './context.ts';
import { errorShapeOf, sealErrorFrom } from './errors.ts';

/** What is said of a procedure beside what it does. */
export interface Meta {
  /** See `directCallsOf`. */
  readonly isDirect: boolean;
}

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    isServer: true,
    // Stack traces and internal messages never leave the process.
    isDev: false,
    errorFormatter: ({ error }) => errorShapeOf(sealErrorFrom(error)),
    sse: { ping: { enabled: true, intervalMs: LIFETIMES.heartbeatMs } },
  });

/** Builds routers of this server's context. */
export const router: typeof t.router = t.router;

/**
 * Without checks of its own, and run without tRPC on a WebSocket (`directCallsOf`): for procedures that are called so
 * often that both would be felt. They have one input, and do all they do in `asDevice`.
 */
export const directProcedure: typeof t.procedure = t.procedure.meta({ isDirect: true });

/** Counts a call, and lets it begin when it is its tenant's turn. @returns what ends it */
function beginCall(
  { tenant, session, address, connection, calls }: Context,
  path: string,
  signal?: AbortSignal,
): Promise<() => void> {
  if (isSealError(tenant)) throw tenant;
  const userId = session === null || isSealError(session) ? null : session.userId;
  const isGone = (): boolean => signal?.aborted === true || connection?.isOpen() === false;
  return calls.begin(path, { tenantId: tenant.tenantId, userId, address }, isGone);
}

/** Counts a call, and lets it begin when it is its tenant's turn and its caller is still there. */
const begin = t.middleware(async ({ ctx, path, signal, next }) => {
  const end = await beginCall(ctx, path, signal);
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
 * Runs a direct procedure for a signed-in device.
 * @param path the procedure, where its calls are counted; null where what it does counts them
 * @throws SealError as procedures built on `sessionProcedure`
 */
export async function asDevice<Answer>(
  ctx: Context,
  path: string | null,
  work: (session: Session) => Promise<Answer>,
): Promise<Answer> {
  const session = requireSession(ctx);
  const pending = session.check();
  if (pending !== null) await pending;
  if (path === null) return work(session);
  const end = await beginCall(ctx, path);
  try {
    return await work(session);
  } finally {
    end();
  }
}

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
