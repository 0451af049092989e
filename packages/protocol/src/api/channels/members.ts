import { z } from 'zod';
import { conversationId, userId } from '../fields.ts';
import type { Mutation } from '../procedure.ts';
import type { ChannelAnswer } from './directory.ts';
import { people } from './fields.ts';

/** Who is a member of a channel, and with which role. */
export const memberInputs = {
  /** Makes people members without asking them. */
  add: z.strictObject({ conversationId, userIds: people }),
  remove: z.strictObject({ conversationId, userId }),
  setRole: z.strictObject({ conversationId, userId, role: z.enum(['owner', 'admin', 'member']) }),
  leave: z.strictObject({ conversationId }),
};

export interface MembersProcedures {
  readonly add: Mutation<typeof memberInputs.add, ChannelAnswer>;
  readonly remove: Mutation<typeof memberInputs.remove, ChannelAnswer>;
  readonly setRole: Mutation<typeof memberInputs.setRole, ChannelAnswer>;
  readonly leave: Mutation<typeof memberInputs.leave, void>;
}
