import { preKeyInputs } from '@seal-chat/protocol/api';
import { router, sessionProcedure } from '../trpc/init.ts';
import type { PreKeysService } from './service.ts';

/** Creates the procedures of public prekeys. */
export function createPreKeysRouter(preKeys: PreKeysService) {
  return router({
    publish: sessionProcedure
      .input(preKeyInputs.publish)
      .mutation(({ ctx, input }) => preKeys.publish(ctx.session, input)),
    status: sessionProcedure.query(({ ctx }) => preKeys.status(ctx.session)),
    claim: sessionProcedure
      .input(preKeyInputs.claim)
      .mutation(({ ctx, input }) => preKeys.claim(ctx.session, input.userId, input.deviceIds)),
  });
}
