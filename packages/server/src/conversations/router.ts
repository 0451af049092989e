import { SealError } from '@seal-chat/protocol';
import { conversationInputs, type ConversationAnswer } from '@seal-chat/protocol/api';
import { router, sessionProcedure } from '../trpc/init.ts';

export const conversationsRouter = router({
  openDm: sessionProcedure.input(conversationInputs.openDm).mutation(async (): Promise<ConversationAnswer> => {
    throw new SealError('UNAVAILABLE');
  }),
  list: sessionProcedure.input(conversationInputs.list).query(async (): Promise<readonly ConversationAnswer[]> => {
    throw new SealError('UNAVAILABLE');
  }),
  get: sessionProcedure.input(conversationInputs.get).query(async (): Promise<ConversationAnswer> => {
    throw new SealError('UNAVAILABLE');
  }),
});
