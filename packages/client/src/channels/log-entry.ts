import type { MlsMember } from '@seal-chat/crypto/mls';
import { SealError, type Bytes, type DeviceId, type MessageId, type UserId } from '@seal-chat/protocol';
import type { ChannelEntry } from '@seal-chat/protocol/api';
import { bytesOf, expectCount, expectIds } from '../api/answers.ts';

interface Base {
  readonly seq: number;
  readonly senderUserId: UserId;
  readonly senderDeviceId: DeviceId;
  readonly acceptedAt: number;
  readonly generation: number;
}

/** An entry of a channel's log, in bytes. */
export type LogEntry =
  | (Base & {
      readonly kind: 'message';
      readonly messageId: MessageId;
      readonly epoch: number;
      readonly body: Bytes;
      readonly envelope: Bytes;
    })
  | (Base & {
      readonly kind: 'commit';
      readonly commitId: MessageId;
      readonly epoch: number;
      readonly commit: Bytes;
      readonly isExternal: boolean;
      readonly adds: readonly MlsMember[];
      readonly removes: readonly DeviceId[];
      readonly authenticator: Bytes;
    })
  | (Base & { readonly kind: 'reset' });

/** @throws SealError MALFORMED when it is not what a server answers: ids and numbers become keys of rows */
export function entryOf(answer: ChannelEntry): LogEntry {
  const { seq, senderUserId, senderDeviceId, acceptedAt, generation } = answer;
  expectIds(senderUserId, senderDeviceId);
  for (const count of [seq, acceptedAt, generation]) expectCount(count);
  const base: Base = { seq, senderUserId, senderDeviceId, acceptedAt, generation };
  switch (answer.kind) {
    case 'message': {
      const { messageId, epoch, body, envelope } = answer;
      expectIds(messageId);
      expectCount(epoch);
      return { ...base, kind: 'message', messageId, epoch, body: bytesOf(body), envelope: bytesOf(envelope) };
    }
    case 'commit': {
      const { commitId, epoch, commit, isExternal, adds, removes, authenticator } = answer;
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
      throw new SealError('MALFORMED', 'log: an entry of no known kind');
  }
}
