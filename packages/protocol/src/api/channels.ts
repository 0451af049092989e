import { z } from 'zod';
import type { ConversationId, DeviceId, MessageId, UserId } from '../ids.ts';
import { CHANNEL_LIMITS, CONTENT_LIMITS, COUNT_LIMITS } from '../limits.ts';
import {
  attachmentIds,
  bytesField,
  conversationId,
  deviceId,
  lifetimeSeconds,
  messageId,
  pageSize,
  position,
  sealedBodyBytes,
  uint32,
  userId,
} from './fields.ts';
import type { ConversationAnswer, MemberRole, SendAnswer } from './outputs.ts';

/**
 * Channels. The server orders and stores what members' devices do to an MLS group (RFC 9420) that it cannot see into:
 * it is their delivery service. One log holds a channel's messages and Commits under the same gapless sequence numbers.
 *
 * Which devices ought to be in the group follows from the members and their device lists; which are in it, from the
 * Commits. Any member's device may commit what makes the second equal to the first, and nothing else.
 */

/** A name of a public channel: 1 to 80 bytes, one line, compared without case. */
export const channelName: z.ZodType<string, string> = z
  .string()
  .max(CONTENT_LIMITS.channelName * 2)
  .transform((value) => value.normalize('NFC').trim())
  .refine(
    (value) => /^[^\p{C}]+$/u.test(value) && new TextEncoder().encode(value).length <= CONTENT_LIMITS.channelName,
    `expected a name of 1 to ${CONTENT_LIMITS.channelName} bytes`,
  );
/** Text that a database can hold: PostgreSQL has no character 0. */
const storedText = (max: number): z.ZodType<string, string> =>
  z
    .string()
    .max(max)
    .refine((value) => !value.includes('\0'), 'expected text without character 0');
const description = storedText(CONTENT_LIMITS.channelDescription);
const people = z.array(userId).min(1).max(COUNT_LIMITS.page);
const groupInfo = bytesField(1, CHANNEL_LIMITS.groupInfo);
/** SHA-256 of the MLS epoch authenticator, by which members notice that they are not in the same group state. */
const authenticator = bytesField(32);
const generation = uint32;
const epoch = position;
const publicKeyPackage = z.strictObject({ ref: bytesField(32), bytes: bytesField(1, CHANNEL_LIMITS.keyPackage) });

export const channelInputs = {
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
  leave: z.strictObject({ conversationId }),
  invite: z.strictObject({ conversationId, userIds: people }),
  invitations: z.strictObject({}),
  /** Makes people members without asking them. */
  add: z.strictObject({ conversationId, userIds: people }),
  remove: z.strictObject({ conversationId, userId }),
  setRole: z.strictObject({ conversationId, userId, role: z.enum(['owner', 'admin', 'member']) }),

  publishKeyPackages: z.strictObject({
    oneTime: z.array(publicKeyPackage).max(CHANNEL_LIMITS.keyPackageTarget),
    lastResort: publicKeyPackage.nullable(),
    /** Throws away those in stock that are not among these. */
    replaceStock: z.boolean().optional(),
  }),
  keyPackageStatus: z.strictObject({}),
  /** For devices of members that are not in the group yet. */
  claimKeyPackages: z.strictObject({ conversationId, deviceIds: z.array(deviceId).min(1).max(COUNT_LIMITS.page) }),

  group: z.strictObject({ conversationId }),
  /** The caller's channels and where each one's log ends. */
  heads: z.strictObject({}),
  /** Entries after sequence number `after`, oldest first. */
  log: z.strictObject({ conversationId, after: position, limit: z.int().min(1).max(CHANNEL_LIMITS.logPage) }),
  /** A commit bundle: all of it is stored, or none (RFC 9750 §5). The same `commitId` again answers as the first time. */
  commit: z.strictObject({
    conversationId,
    commitId: messageId,
    generation,
    /** The epoch that it was made in. */
    epoch,
    commit: bytesField(1, CHANNEL_LIMITS.commit),
    welcome: bytesField(1, CHANNEL_LIMITS.welcome).nullable(),
    groupInfo,
    authenticator,
    adds: z.array(z.strictObject({ userId, deviceId })).max(COUNT_LIMITS.page),
    removes: z.array(deviceId).max(CHANNEL_LIMITS.leaves),
    /** The caller's device is joining by itself; `removes` holds its own former leaf, if any. */
    isExternal: z.boolean(),
  }),
  send: z.strictObject({
    conversationId,
    messageId,
    generation,
    epoch,
    body: sealedBodyBytes,
    /** The MLS application message with the key message. */
    envelope: bytesField(1, CHANNEL_LIMITS.envelope),
    lifetimeSeconds: lifetimeSeconds.optional(),
    attachmentIds: attachmentIds.optional(),
  }),
  /** The commit that ended `epoch` is not valid for the caller. */
  report: z.strictObject({ conversationId, generation, epoch }),
  /** Begins a new group with the caller's device as the only leaf; owners and admins, after a report. */
  reset: z.strictObject({
    conversationId,
    /** Of the new group: one more than that of the present one. */
    generation,
    groupInfo,
    authenticator,
  }),
};

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

export interface KeyPackageStatus {
  /** Exactly the references the server holds for the asking device; base64url. */
  readonly oneTime: readonly string[];
  readonly lastResort: string | null;
}

/** Devices that published none have no entry. */
export interface ClaimedKeyPackages {
  readonly keyPackages: readonly { readonly deviceId: DeviceId; readonly keyPackage: string }[];
}

/** A device in the group. */
export interface LeafAnswer {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
}

/** The present state of a channel's group. */
export interface GroupAnswer {
  readonly generation: number;
  readonly epoch: number;
  readonly suite: number;
  /** Of the present epoch, with the ratchet tree. */
  readonly groupInfo: string;
  readonly authenticator: string;
  /** Sequence number of the entry that began the present epoch; 0 for a group without Commits. */
  readonly epochSeq: number;
  readonly lastSeq: number;
  /** In the group and not supposed to be: nobody sends until a Commit has removed them. */
  readonly toRemove: readonly LeafAnswer[];
  /** Supposed to be in the group and not in it. */
  readonly toAdd: readonly LeafAnswer[];
  /** Somebody reported the Commit that began this epoch. */
  readonly isReported: boolean;
}

export interface ChannelHead {
  readonly conversationId: ConversationId;
  readonly generation: number;
  readonly epoch: number;
  readonly lastSeq: number;
  /** The group's devices are not those they ought to be. */
  readonly isPending: boolean;
}

interface EntryBase {
  readonly seq: number;
  readonly senderUserId: UserId;
  readonly senderDeviceId: DeviceId;
  readonly acceptedAt: number;
  readonly generation: number;
}

/** One entry of a channel's log. */
export type ChannelEntry =
  | (EntryBase & {
      readonly kind: 'message';
      readonly messageId: MessageId;
      readonly epoch: number;
      /** Empty when it was deleted or has expired. */
      readonly body: string;
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

export type CommitAnswer = SendAnswer;

/** What channel procedures that change members answer. */
export type ChannelAnswer = ConversationAnswer & { readonly kind: 'channel' };

export type { MemberRole };
