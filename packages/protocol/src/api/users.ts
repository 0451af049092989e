import { z } from 'zod';
import type { UserId } from '../ids.ts';
import { COUNT_LIMITS, SIZE_LIMITS } from '../limits.ts';
import { pageSize, userId } from './fields.ts';
import type { Query } from './procedure.ts';

/** Finding people. */
export const userInputs = {
  /** People whose name begins with `query`, the same in upper and lower case, the exact name first; never the caller. */
  search: z.strictObject({ query: z.string().trim().min(1).max(SIZE_LIMITS.usernameMax), limit: pageSize }),
  profiles: z.strictObject({ userIds: z.array(userId).min(1).max(COUNT_LIMITS.page) }),
};

export interface UserProfile {
  readonly userId: UserId;
  /** Null for guests. */
  readonly username: string | null;
}

export interface UsersProcedures {
  readonly search: Query<typeof userInputs.search, readonly UserProfile[]>;
  readonly profiles: Query<typeof userInputs.profiles, readonly UserProfile[]>;
}
