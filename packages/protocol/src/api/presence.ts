import { z } from 'zod';
import { conversationId } from './fields.ts';
import type { Mutation } from './procedure.ts';

/** What a device tells the other members while it is connected. */
export const presenceInputs = {
  typing: z.strictObject({ conversationId, isTyping: z.boolean() }),
  presence: z.strictObject({ state: z.enum(['online', 'away']) }),
};

export type PresenceState = 'online' | 'away' | 'offline';

/** Procedures of the router `sync`. */
export interface PresenceProcedures {
  readonly typing: Mutation<typeof presenceInputs.typing, void>;
  readonly presence: Mutation<typeof presenceInputs.presence, void>;
}
