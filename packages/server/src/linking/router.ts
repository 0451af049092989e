import { SealError } from '@seal-chat/protocol';
import { linkingInputs, type LinkAnswer, type LinkStepAnswer } from '@seal-chat/protocol/api';
import { publicProcedure, router, sessionProcedure } from '../trpc/init.ts';

export const linkingRouter = router({
  open: sessionProcedure.input(linkingInputs.open).mutation(async (): Promise<LinkAnswer> => {
    throw new SealError('UNAVAILABLE');
  }),
  send: publicProcedure.input(linkingInputs.send).mutation(async (): Promise<void> => {
    throw new SealError('UNAVAILABLE');
  }),
  receive: publicProcedure.input(linkingInputs.receive).query(async (): Promise<LinkStepAnswer> => {
    throw new SealError('UNAVAILABLE');
  }),
});
