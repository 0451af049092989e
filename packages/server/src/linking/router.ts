import { linkingInputs } from '@seal-chat/protocol/api';
import { publicProcedure, router, sessionProcedure } from '../trpc/init.ts';
import type { LinkingService } from './service.ts';

/** Creates the procedures of linking devices. */
export function createLinkingRouter(linking: LinkingService) {
  return router({
    open: sessionProcedure
      .input(linkingInputs.open)
      .mutation(({ ctx, input }) => linking.open(ctx.session, input.linkId)),
    send: publicProcedure
      .input(linkingInputs.send)
      .mutation(({ ctx, input }) => linking.send(ctx, input.linkId, input.step, input.payload)),
    receive: publicProcedure
      .input(linkingInputs.receive)
      .query(({ ctx, input }) => linking.receive(ctx, input.linkId, input.step)),
  });
}
