import { SealError } from '@seal-chat/protocol';
import { recoveryInputs, type RecoveryAnswer } from '@seal-chat/protocol/api';
import { publicProcedure, router, sessionProcedure } from '../trpc/init.ts';

export const recoveryRouter = router({
  fetch: publicProcedure.input(recoveryInputs.fetch).mutation(async (): Promise<RecoveryAnswer> => {
    throw new SealError('UNAVAILABLE');
  }),
  store: sessionProcedure.input(recoveryInputs.store).mutation(async (): Promise<void> => {
    throw new SealError('UNAVAILABLE');
  }),
});
