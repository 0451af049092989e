import { SealError, type UserId } from '@seal-chat/protocol';
import type { UserProfile } from '@seal-chat/protocol/api';
import type { PrismaDoor } from '../db/doors.ts';
import type { DurableLimits } from '../limits/durable.ts';
import type { Session } from '../sessions/session.ts';
import { findByNamePrefix, findProfiles } from './store.ts';
import { usernameKeyOf } from './username.ts';

/** What names are made of: nothing else can be the beginning of one. */
const NAME_LETTERS = /^[\p{L}\p{M}\p{N}._-]+$/u;

/** Finding people of one's tenant. */
export interface UsersService {
  /** Other people whose name begins with `query`, without case, the exact name first. @throws SealError RATE_LIMITED */
  search(session: Session, query: string, limit: number): Promise<readonly UserProfile[]>;
  /** The profiles that exist. @throws SealError NOT_FOUND when none does */
  profiles(session: Session, userIds: readonly UserId[]): Promise<readonly UserProfile[]>;
}

export function createUsersService(deps: {
  readonly prisma: PrismaDoor;
  readonly limits: DurableLimits;
}): UsersService {
  const { prisma, limits } = deps;
  return {
    async search({ tenantId, userId, rates }, query, limit) {
      await limits.consume('search', tenantId, userId, rates.searchesPerMinutePerUser);
      const prefix = usernameKeyOf(query.normalize('NFKC'));
      return NAME_LETTERS.test(prefix) ? findByNamePrefix(prisma.of(tenantId), tenantId, prefix, userId, limit) : [];
    },

    async profiles({ tenantId }, userIds) {
      const profiles = await findProfiles(prisma.of(tenantId), tenantId, userIds);
      if (profiles.length === 0) throw new SealError('NOT_FOUND', 'users: no such user');
      return profiles;
    },
  };
}
