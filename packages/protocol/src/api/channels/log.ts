import { z } from 'zod';
import type { ConversationId, DeviceId, MessageId, UserId } from '../../ids.ts';
import { CHANNEL_LIMITS } from '../../limits.ts';
import { conversationId, position } from '../fields.ts';
import type { Query } from '../procedure.ts';

/** Reading a channel's log and the present state of its group. */
export const logInputs = {
  group: z.strictObject({ conversationId }),
  /** The caller's channels and where each one's log ends. */
  heads: z.strictObject({}),
  /** Entries after sequence number `after`, oldest first. */
  log: z.strictObject({ conversationId, after: position, limit: z.int().min(1).max(CHANNEL_LIMITS.logPage) }),
};

/** A device in the group. */
export interface LeafAnswer {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
}

/** The present state of a channel's group. */
export interface GroupAnswer {
  readonly incarnation: number;
  readonly epoch: number;
  readonly suite: number;
  /** Of the present epoch, with the ratchet tree. */
  readonly groupInfo: string;
  readonly authenticator: string;
  /** Sequence number of the entry that began the present epoch; 0 for a group without Commits. */
  readonly epochSeq: number;
  readonly lastSeq: number;
  /** Devices that are in the group and must not be: no device sends until a Commit has removed them. */
  readonly toRemove: readonly LeafAnswer[];
  /** Devices that must be in the group and are not yet. */
  readonly toAdd: readonly LeafAnswer[];
  /** A member reported the Commit that began this epoch. */
  readonly isReported: boolean;
}

export interface ChannelHead {
  readonly conversationId: ConversationId;
  readonly incarnation: number;
  readonly epoch: number;
  readonly lastSeq: number;
  /** The devices in the group differ from those that must be in it. */
  readonly isPending: boolean;
}

interface EntryBase {
  readonly seq: number;
  readonly senderUserId: UserId;
  readonly senderDeviceId: DeviceId;
  readonly acceptedAt: number;
  readonly incarnation: number;
}

/** One entry of a channel's log. */
export type ChannelEntry =
  | (EntryBase & {
      readonly kind: 'message';
      readonly messageId: MessageId;
      readonly epoch: number;
      /** Empty when it was deleted or has expired. */
      readonly body: string;
      /** SHA-256 of the body where that was deleted or has expired. */
      readonly bodyHash?: string;
      readonly envelope: string;
    })
  | (EntryBase & {
      readonly kind: 'commit';
      readonly commitId: MessageId;
      /** The epoch that it ended. */
      readonly epoch: number;
      readonly commit: string;
      readonly isExternal: boolean;
      /** What the committer says it did; devices check. */
      readonly adds: readonly LeafAnswer[];
      readonly removes: readonly DeviceId[];
      readonly authenticator: string;
    })
  /** A new group took the place of the one before. */
  | (EntryBase & { readonly kind: 'reset' });

export interface LogAnswer {
  readonly entries: readonly ChannelEntry[];
  readonly lastSeq: number;
}

export interface LogProcedures {
  readonly group: Query<typeof logInputs.group, GroupAnswer>;
  readonly heads: Query<typeof logInputs.heads, readonly ChannelHead[]>;
  readonly log: Query<typeof logInputs.log, LogAnswer>;
}
