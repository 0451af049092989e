import { conversationInputs } from '@seal-chat/protocol/api';
import { router, sessionProcedure } from '../trpc/init.ts';
import type { ConversationsService } from './service.ts';

/** Creates the procedures that open and list conversations. */
export function createConversationsRouter(conversations: ConversationsService) {
  return router({
    openDm: sessionProcedure
      .input(conversationInputs.openDm)
      .mutation(({ ctx, input }) => conversations.openDm(ctx.session, input.userId)),
    list: sessionProcedure
      .input(conversationInputs.list)
      .query(({ ctx, input }) => conversations.list(ctx.session, input.after, input.limit)),
    get: sessionProcedure
      .input(conversationInputs.get)
      .query(({ ctx, input }) => conversations.get(ctx.session, input.conversationId)),
  });
}
