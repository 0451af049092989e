import { SealError } from '@seal-chat/protocol';
import { preKeyInputs, type ClaimAnswer, type PreKeyStatus } from '@seal-chat/protocol/api';
import { router, sessionProcedure } from '../trpc/init.ts';

export const preKeysRouter = router({
  publish: sessionProcedure.input(preKeyInputs.publish).mutation(async (): Promise<PreKeyStatus> => {
    throw new SealError('UNAVAILABLE');
  }),
  status: sessionProcedure.query(async (): Promise<PreKeyStatus> => {
    throw new SealError('UNAVAILABLE');
  }),
  claim: sessionProcedure.input(preKeyInputs.claim).mutation(async (): Promise<ClaimAnswer> => {
    throw new SealError('UNAVAILABLE');
  }),
});
