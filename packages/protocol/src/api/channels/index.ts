import { commitInputs, type CommitsProcedures } from './commits.ts';
import { directoryInputs, type DirectoryProcedures } from './directory.ts';
import { keyPackageInputs, type KeyPackagesProcedures } from './key-packages.ts';
import { logInputs, type LogProcedures } from './log.ts';
import { memberInputs, type MembersProcedures } from './members.ts';

/**
 * Channels. The server orders and stores what members' devices do to an MLS group (RFC 9420) that it cannot see into:
 * it is their delivery service. One log holds a channel's messages and Commits under the same gapless sequence numbers.
 *
 * Which devices must be in the group follows from the members and their device lists; which are in it, from the
 * Commits. Any member's device may commit what makes the second equal to the first, and nothing else.
 */
export const channelInputs = {
  ...directoryInputs,
  ...memberInputs,
  ...keyPackageInputs,
  ...logInputs,
  ...commitInputs,
};

export interface ChannelsProcedures
  extends DirectoryProcedures, MembersProcedures, KeyPackagesProcedures, LogProcedures, CommitsProcedures {}

export { channelName } from './fields.ts';
export type { CommitAnswer } from './commits.ts';
export type { ChannelAnswer, ChannelListing, InvitationAnswer } from './directory.ts';
export type { ClaimedKeyPackages, KeyPackageStatus, KeyPackagesUpload } from './key-packages.ts';
export type { ChannelEntry, ChannelHead, GroupAnswer, LeafAnswer, LogAnswer } from './log.ts';
