import { recoveryInputs } from '@seal-chat/protocol/api';
import { publicProcedure, router, sessionProcedure } from '../trpc/init.ts';
import type { RecoveryService } from './service.ts';

/** Creates the procedures of wrapped account keys. */
export function createRecoveryRouter(recovery: RecoveryService) {
  return router({
    fetch: publicProcedure
      .input(recoveryInputs.fetch)
      .mutation(({ ctx, input }) => recovery.fetch(ctx, input.username)),
    store: sessionProcedure
      .input(recoveryInputs.store)
      .mutation(({ ctx, input }) => recovery.store(ctx.session, input.blob)),
  });
}
