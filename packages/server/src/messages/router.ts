import { messageInputs } from '@seal-chat/protocol/api';
import { asDevice, directProcedure, router, sessionProcedure } from '../trpc/init.ts';
import type { RemovalService } from './removal.ts';
import type { RetryService } from './retry.ts';
import { sendParser } from './send-parser.ts';
import type { MessagesService } from './service.ts';

/** Creates the procedures that send and read messages. */
export function createMessagesRouter(services: {
  readonly messages: MessagesService;
  readonly removal: RemovalService;
  readonly retry: RetryService;
}) {
  const { messages, removal, retry } = services;
  return router({
    send: directProcedure
      .input(sendParser)
      .mutation(({ ctx, input }) =>
        asDevice(ctx, { path: 'messages.send', counted: 'within' }, (session) => messages.send(session, input)),
      ),
    remove: sessionProcedure
      .input(messageInputs.remove)
      .mutation(({ ctx, input }) => removal.remove(ctx.session, input.conversationId, input.seq)),
    history: sessionProcedure
      .input(messageInputs.history)
      .query(({ ctx, input }) => messages.history(ctx.session, input.conversationId, input.before, input.limit)),
    requestRetry: sessionProcedure
      .input(messageInputs.requestRetry)
      .mutation(({ ctx, input }) => retry.request(ctx.session, input.conversationId, input.seq)),
    retry: sessionProcedure.input(messageInputs.retry).mutation(({ ctx, input }) => retry.answer(ctx.session, input)),
  });
}
