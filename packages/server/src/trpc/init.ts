import { initTRPC } from '@trpc/server';
import { SealError } from '@seal-chat/protocol';
import type { Context, SessionContext } from './context.ts';
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

/** Open to everyone who knows a publishable key of the tenant. */
export const publicProcedure: typeof t.procedure = t.procedure;

/** Open to signed-in devices: `ctx.session` is there. @throws SealError NOT_SIGNED_IN */
export const sessionProcedure = t.procedure.use(({ ctx, next }) => {
  if (ctx.session === null) throw new SealError('NOT_SIGNED_IN');
  return next({ ctx: { session: ctx.session satisfies SessionContext } });
});
