import { getTRPCErrorFromUnknown, initTRPC } from '@trpc/server';
import { isSealError, LIFETIMES, SealError, type ErrorCode } from '@seal-chat/protocol';
import type { Session } from '../sessions/session.ts';
import type { Context } from './context.ts';
import { inSpan } from '../tracing/spans.ts';
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

/** Runs a call in a span, where there are spans. */
function traced<Result>({ tenant, labelOf }: Context, path: string, work: () => Promise<Result>): Promise<Result> {
  return inSpan(
    'procedure',
    () => ({ 'seal.procedure': path, ...(!isSealError(tenant) && { 'seal.tenant': labelOf(tenant.tenantId) }) }),
    work,
    { codeOf },
  );
}

function codeOf(error: unknown): ErrorCode {
  return sealErrorFrom(getTRPCErrorFromUnknown(error)).code;
}

const trace = t.middleware(({ ctx, path, next }) =>
  traced(ctx, path, async () => {
    const result = await next();
    if (!result.ok) throw result.error;
    return result;
  }),
);

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
export const publicProcedure = t.procedure
  .use(trace)
  .use(begin)
  .use(({ ctx, next }) => {
    const { tenant, session } = ctx;
    if (isSealError(tenant)) throw tenant;
    return next({ ctx: { tenant, session: isSealError(session) ? null : session } });
  });

/**
 * Open to signed-in devices.
 * @throws SealError NOT_SIGNED_IN, SESSION_EXPIRED or DEVICE_REVOKED, and as `publicProcedure`
 */
export const sessionProcedure = t.procedure
  .use(trace)
  .use(async ({ ctx, next }) => {
    const session = requireSession(ctx);
    await session.check();
    return next({ ctx: { session } });
  })
  .use(begin);

/**
 * Runs a direct procedure for a signed-in device.
 * @param counted where its calls are counted: here, or within what it does
 * @throws SealError as procedures built on `sessionProcedure`
 */
export function asDevice<Answer>(
  ctx: Context,
  { path, counted }: { readonly path: string; readonly counted: 'here' | 'within' },
  work: (session: Session) => Promise<Answer>,
): Promise<Answer> {
  return traced(ctx, path, () => runAsDevice(ctx, counted === 'here' ? path : null, work));
}

async function runAsDevice<Answer>(
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
