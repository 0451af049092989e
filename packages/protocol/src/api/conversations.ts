import { z } from 'zod';
import type { ConversationId, UserId } from '../ids.ts';
import { conversationId, pageSize, userId } from './fields.ts';
import type { Mutation, Query } from './procedure.ts';

/** Who talks with whom. */
export const conversationInputs = {
  /** The DM of the two, made where there is none. From then on that person is told of the caller's presence. */
  openDm: z.strictObject({ userId }),
  /** By id; `after` is the last id of the page before. */
  list: z.strictObject({ after: conversationId.nullable(), limit: pageSize }),
  get: z.strictObject({ conversationId }),
};

export type MemberRole = 'owner' | 'admin' | 'member';

export interface MemberAnswer {
  readonly userId: UserId;
  readonly username: string | null;
  readonly role: MemberRole;
  readonly deviceListVersion: number;
  /** A device of this member has stored everything up to this sequence number. */
  readonly deliveredSeq: number;
}

export interface ConversationAnswer {
  readonly conversationId: ConversationId;
  /** `self`: a person's conversation with themselves. */
  readonly kind: 'dm' | 'channel' | 'self';
  readonly members: readonly MemberAnswer[];
  readonly lastSeq: number;
  readonly createdAt: number;
  /** Channels only. */
  readonly channel?: {
    readonly visibility: 'public' | 'private';
    /** Null for private ones. */
    readonly name: string | null;
    readonly description: string | null;
  };
}

export interface ConversationsProcedures {
  readonly openDm: Mutation<typeof conversationInputs.openDm, ConversationAnswer>;
  readonly list: Query<typeof conversationInputs.list, readonly ConversationAnswer[]>;
  readonly get: Query<typeof conversationInputs.get, ConversationAnswer>;
}
