import { userInputs } from '@seal-chat/protocol/api';
import { router, sessionProcedure } from '../trpc/init.ts';
import type { UsersService } from './service.ts';

/** Creates the procedures that find people. */
export function createUsersRouter(users: UsersService) {
  return router({
    search: sessionProcedure
      .input(userInputs.search)
      .query(({ ctx, input }) => users.search(ctx.session, input.query, input.limit)),
    profiles: sessionProcedure
      .input(userInputs.profiles)
      .query(({ ctx, input }) => users.profiles(ctx.session, input.userIds)),
  });
}
