import { z } from 'zod';
import { conversationId } from './fields.ts';
import type { Mutation } from './procedure.ts';

/** What a device tells the other members while it is connected. */
export const presenceInputs = {
  typing: z.strictObject({ conversationId, isTyping: z.boolean() }),
  presence: z.strictObject({ state: z.enum(['online', 'away', 'hidden']) }),
};

export type PresenceState = 'online' | 'away' | 'offline';

/** What a device says of itself; with `hidden`, others are told nothing of it. */
export type OwnPresence = 'online' | 'away' | 'hidden';

/** Procedures of the router `sync`. */
export interface PresenceProcedures {
  readonly typing: Mutation<typeof presenceInputs.typing, void>;
  readonly presence: Mutation<typeof presenceInputs.presence, void>;
}
