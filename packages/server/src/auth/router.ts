import { SealError } from '@seal-chat/protocol';
import { authInputs, type ChallengeAnswer, type SessionAnswer } from '@seal-chat/protocol/api';
import { publicProcedure, router, sessionProcedure } from '../trpc/init.ts';

export const authRouter = router({
  challenge: publicProcedure.input(authInputs.challenge).mutation(async (): Promise<ChallengeAnswer> => {
    throw new SealError('UNAVAILABLE');
  }),
  register: publicProcedure.input(authInputs.register).mutation(async (): Promise<SessionAnswer> => {
    throw new SealError('UNAVAILABLE');
  }),
  join: publicProcedure.input(authInputs.join).mutation(async (): Promise<SessionAnswer> => {
    throw new SealError('UNAVAILABLE');
  }),
  signIn: publicProcedure.input(authInputs.signIn).mutation(async (): Promise<SessionAnswer> => {
    throw new SealError('UNAVAILABLE');
  }),
  refresh: publicProcedure.input(authInputs.refresh).mutation(async (): Promise<SessionAnswer> => {
    throw new SealError('UNAVAILABLE');
  }),
  signOut: sessionProcedure.mutation(async (): Promise<void> => {
    throw new SealError('UNAVAILABLE');
  }),
});
