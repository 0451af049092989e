import { CHANNEL_LIMITS, SealError, type Bytes } from '@seal-chat/protocol';
import type { ChannelEntry } from '@seal-chat/protocol/api';
import { bytesOf, expectCount, expectIds, expectMost, expectTime } from '../api/answers.ts';

/** An answer, or each of a union of answers, with bytes where its `Keys` have base64url text. */
type Binary<Answer, Keys extends PropertyKey> = Answer extends unknown
  ? { readonly [Key in keyof Answer]: Key extends Keys ? Bytes : Answer[Key] }
  : never;

/** An entry of a channel's log, in bytes. */
export type LogEntry = Binary<ChannelEntry, 'body' | 'bodyHash' | 'envelope' | 'commit' | 'authenticator'>;

/**
 * Reads an entry of a channel's log; its ids and numbers become keys of rows.
 * @throws SealError MALFORMED when it is not what a server answers
 */
export function entryOf(answer: ChannelEntry): LogEntry {
  const { seq, senderUserId, senderDeviceId, acceptedAt, incarnation } = answer;
  expectIds(senderUserId, senderDeviceId);
  for (const count of [seq, incarnation]) expectCount(count);
  expectTime(acceptedAt);
  const base = { seq, senderUserId, senderDeviceId, acceptedAt, incarnation };
  switch (answer.kind) {
    case 'message': {
      const { messageId, epoch, body, bodyHash, envelope } = answer;
      expectIds(messageId);
      expectCount(epoch);
      return {
        ...base,
        kind: 'message',
        messageId,
        epoch,
        body: bytesOf(body),
        ...(bodyHash !== undefined && { bodyHash: bytesOf(bodyHash) }),
        envelope: bytesOf(envelope),
      };
    }
    case 'commit': {
      const { commitId, epoch, commit, isExternal, adds, removes, authenticator } = answer;
      expectMost(adds, CHANNEL_LIMITS.leaves);
      expectMost(removes, CHANNEL_LIMITS.leaves);
      expectIds(commitId, ...removes, ...adds.flatMap(({ userId, deviceId }) => [userId, deviceId]));
      expectCount(epoch);
      return {
        ...base,
        kind: 'commit',
        commitId,
        epoch,
        commit: bytesOf(commit),
        isExternal,
        adds,
        removes,
        authenticator: bytesOf(authenticator),
      };
    }
    case 'reset':
      return { ...base, kind: 'reset' };
    default:
      throw new SealError('MALFORMED', 'channel: log entry of unknown kind');
  }
}
