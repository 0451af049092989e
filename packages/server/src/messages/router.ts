import { SealError } from '@seal-chat/protocol';
import { messageInputs, type HistoryAnswer, type SendAnswer } from '@seal-chat/protocol/api';
import { router, sessionProcedure } from '../trpc/init.ts';

export const messagesRouter = router({
  send: sessionProcedure.input(messageInputs.send).mutation(async (): Promise<SendAnswer> => {
    throw new SealError('UNAVAILABLE');
  }),
  history: sessionProcedure.input(messageInputs.history).query(async (): Promise<HistoryAnswer> => {
    throw new SealError('UNAVAILABLE');
  }),
  requestRetry: sessionProcedure.input(messageInputs.requestRetry).mutation(async (): Promise<void> => {
    throw new SealError('UNAVAILABLE');
  }),
  retry: sessionProcedure.input(messageInputs.retry).mutation(async (): Promise<void> => {
    throw new SealError('UNAVAILABLE');
  }),
});
