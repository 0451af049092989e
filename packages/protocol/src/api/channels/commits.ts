import { z } from 'zod';
import { CHANNEL_LIMITS, COUNT_LIMITS } from '../../limits.ts';
import {
  attachmentIds,
  bytesField,
  conversationId,
  deviceId,
  lifetimeSeconds,
  messageId,
  sealedBodyBytes,
  userId,
} from '../fields.ts';
import type { SendAnswer } from '../messages.ts';
import type { Mutation } from '../procedure.ts';
import { authenticator, epoch, incarnation, groupInfo } from './fields.ts';

/** Appending to a channel's log: Commits, messages, and a new group after a report. */
export const commitInputs = {
  /** A commit bundle: all of it is stored, or none (RFC 9750 §5). The same `commitId` again answers as the first time. */
  commit: z.strictObject({
    conversationId,
    commitId: messageId,
    incarnation,
    /** The epoch that it was made in. */
    epoch,
    commit: bytesField(1, CHANNEL_LIMITS.commit),
    welcome: bytesField(1, CHANNEL_LIMITS.welcome).nullable(),
    groupInfo,
    authenticator,
    adds: z.array(z.strictObject({ userId, deviceId })).max(COUNT_LIMITS.page),
    removes: z.array(deviceId).max(CHANNEL_LIMITS.leaves),
    /** The caller's device joins by an external Commit; `removes` holds its former leaf, if any. */
    isExternal: z.boolean(),
  }),
  send: z.strictObject({
    conversationId,
    messageId,
    incarnation,
    epoch,
    body: sealedBodyBytes,
    /** The MLS application message with the key message. */
    envelope: bytesField(1, CHANNEL_LIMITS.envelope),
    lifetimeSeconds: lifetimeSeconds.optional(),
    attachmentIds: attachmentIds.optional(),
  }),
  /** The commit that ended `epoch` is not valid for the caller. */
  report: z.strictObject({ conversationId, incarnation, epoch }),
  /** Begins a new group with the caller's device as the only leaf; owners and admins, after a report. */
  reset: z.strictObject({
    conversationId,
    /** Of the new group: one more than that of the present one. */
    incarnation,
    groupInfo,
    authenticator,
  }),
};

export type CommitAnswer = SendAnswer;

export interface CommitsProcedures {
  readonly commit: Mutation<typeof commitInputs.commit, CommitAnswer>;
  readonly send: Mutation<typeof commitInputs.send, SendAnswer>;
  readonly report: Mutation<typeof commitInputs.report, void>;
  readonly reset: Mutation<typeof commitInputs.reset, SendAnswer>;
}
