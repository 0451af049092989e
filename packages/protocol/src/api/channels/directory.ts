import { z } from 'zod';
import type { ConversationId, UserId } from '../../ids.ts';
import { CONTENT_LIMITS } from '../../limits.ts';
import type { ConversationAnswer } from '../conversations.ts';
import { conversationId, pageSize, uint32 } from '../fields.ts';
import type { Mutation, Query } from '../procedure.ts';
import { authenticator, channelName, groupInfo, people, storedText } from './fields.ts';

/** Making, finding and entering channels. */

const description = storedText(CONTENT_LIMITS.channelDescription);

export const directoryInputs = {
  /** The creator's device is the only leaf; the id is part of the group's id and therefore made by the creator. */
  create: z.strictObject({
    conversationId,
    visibility: z.enum(['public', 'private']),
    /** Public channels only; those of a private one travel as a sealed body. */
    name: channelName.nullable(),
    description: description.nullable(),
    /** MLS ciphersuite number; fixed for the channel. */
    suite: uint32,
    groupInfo,
    authenticator,
  }),
  /** Public channels only. */
  update: z.strictObject({ conversationId, name: channelName, description }),
  /** Public channels whose name contains `query`, by name; `after` is the last name of the page before. */
  browse: z.strictObject({
    query: storedText(CONTENT_LIMITS.channelName),
    after: storedText(200).nullable(),
    limit: pageSize,
  }),
  /** Public channels, and those the caller is invited to. */
  join: z.strictObject({ conversationId }),
  decline: z.strictObject({ conversationId }),
  invite: z.strictObject({ conversationId, userIds: people }),
  invitations: z.strictObject({}),
};

/** What channel procedures that change members answer. */
export type ChannelAnswer = ConversationAnswer & { readonly kind: 'channel' };

/** A public channel as it is found by browsing. */
export interface ChannelListing {
  readonly conversationId: ConversationId;
  readonly name: string;
  readonly description: string;
  readonly memberCount: number;
  readonly isMember: boolean;
}

export interface InvitationAnswer {
  readonly conversationId: ConversationId;
  readonly visibility: 'public' | 'private';
  /** Null for private channels: the inviter's DM says it. */
  readonly name: string | null;
  readonly inviterUserId: UserId;
  readonly inviterName: string | null;
  readonly memberCount: number;
  readonly createdAt: number;
}

export interface DirectoryProcedures {
  readonly create: Mutation<typeof directoryInputs.create, ChannelAnswer>;
  readonly update: Mutation<typeof directoryInputs.update, ChannelAnswer>;
  readonly browse: Query<typeof directoryInputs.browse, readonly ChannelListing[]>;
  readonly join: Mutation<typeof directoryInputs.join, ChannelAnswer>;
  readonly decline: Mutation<typeof directoryInputs.decline, void>;
  readonly invite: Mutation<typeof directoryInputs.invite, void>;
  readonly invitations: Query<typeof directoryInputs.invitations, readonly InvitationAnswer[]>;
}
