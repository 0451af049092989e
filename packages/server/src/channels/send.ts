import { SealError, type Bytes } from '@seal-chat/protocol';
import type { channelInputs, SendAnswer } from '@seal-chat/protocol/api';
import type { Sql } from 'postgres';
import type { z } from 'zod';
import { base64Of } from '../db/bytes.ts';
import type { MessageLimits } from '../limits/messages.ts';
import type { Payload } from '../messages/batch.ts';
import { checkExtras, explainRefusal } from '../messages/extras.ts';
import type { Session } from '../sessions/session.ts';
import { enter, epochStale } from './access.ts';
import { findToRemove, hasLeaf } from './channel-store.ts';
import type { ChannelItem } from './send-store.ts';
import type { ChannelWriter } from './writer.ts';

export type ChannelSendInput = z.output<typeof channelInputs.send>;

/** Messages of channels. */
export interface ChannelSender {
  /**
   * Stores one message for a channel, whatever its members. Resolves after the commit; sending the same message id again
   * answers as the first time did.
   * @throws SealError EPOCH_STALE with the group's state, also when the device is not in the group; REMOVE_PENDING while
   *   somebody has to be removed; NOT_A_MEMBER, DEVICE_REVOKED, RATE_LIMITED; NOT_FOUND or BAD_INPUT when an attachment
   *   is not an upload of the sender's account for this channel, complete and not taken
   */
  send(session: Session, input: ChannelSendInput): Promise<SendAnswer>;
}

/** Times a message is tried again when the group changed while it was looked at. */
const ATTEMPTS = 3;

export function createChannelSender(deps: {
  readonly sql: Sql;
  readonly limits: MessageLimits;
  readonly writer: ChannelWriter;
}): ChannelSender {
  const { sql, limits, writer } = deps;

  /** Why the database would not take a message; nothing when it would now. */
  async function explainStale(session: Session, input: ChannelSendInput): Promise<SealError | null> {
    const { ref, channel } = await enter(sql, session, input.conversationId);
    const isCurrent = channel.generation === input.generation && channel.epoch === input.epoch;
    if (!isCurrent || !(await hasLeaf(sql, ref, session.deviceId))) return epochStale(channel);
    return (await findToRemove(sql, ref)).length > 0 ? new SealError('REMOVE_PENDING') : null;
  }

  return {
    async send(session, input) {
      const { tenantId, userId, deviceId, rates } = session;
      limits.consume(tenantId, userId, rates.messagesPerMinutePerUser);
      checkExtras(input);
      const item: ChannelItem = {
        tenantId,
        conversationId: input.conversationId,
        messageId: input.messageId,
        senderUserId: userId,
        senderDeviceId: deviceId,
        generation: input.generation,
        epoch: input.epoch,
        body: payloadOf(input.body),
        envelope: payloadOf(input.envelope),
        lifetimeSeconds: input.lifetimeSeconds,
        attachmentIds: input.attachmentIds,
      };
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const result = await writer.send(item);
        if (result.kind === 'refused') throw await explainRefusal(sql, item);
        if (result.kind !== 'stale') return { seq: result.seq, acceptedAt: result.acceptedAt };
        const reason = await explainStale(session, input);
        if (reason !== null) throw reason;
      }
      throw new SealError('UNAVAILABLE', 'channels: the group keeps changing');
    },
  };
}

function payloadOf(bytes: Bytes): Payload {
  return { bytes, text: base64Of(bytes) };
}
