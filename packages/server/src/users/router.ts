import { SealError } from '@seal-chat/protocol';
import { userInputs, type UserProfile } from '@seal-chat/protocol/api';
import { router, sessionProcedure } from '../trpc/init.ts';

export const usersRouter = router({
  search: sessionProcedure.input(userInputs.search).query(async (): Promise<readonly UserProfile[]> => {
    throw new SealError('UNAVAILABLE');
  }),
  profiles: sessionProcedure.input(userInputs.profiles).query(async (): Promise<readonly UserProfile[]> => {
    throw new SealError('UNAVAILABLE');
  }),
});
