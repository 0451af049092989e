import { authInputs } from '@seal-chat/protocol/api';
import { publicProcedure, router, sessionProcedure } from '../trpc/init.ts';
import type { AuthService } from './service.ts';

/** Creates the procedures of sign-up, sign-in and sessions. */
export function createAuthRouter(auth: AuthService) {
  return router({
    challenge: publicProcedure.input(authInputs.challenge).mutation(({ ctx }) => auth.challenge(ctx)),
    register: publicProcedure.input(authInputs.register).mutation(({ ctx, input }) => auth.register(ctx, input)),
    join: publicProcedure.input(authInputs.join).mutation(({ ctx, input }) => auth.join(ctx, input)),
    signIn: publicProcedure.input(authInputs.signIn).mutation(({ ctx, input }) => auth.signIn(ctx, input)),
    refresh: publicProcedure.input(authInputs.refresh).mutation(({ ctx, input }) => auth.refresh(ctx, input)),
    signOut: sessionProcedure.mutation(({ ctx }) => auth.signOut(ctx.session)),
  });
}
