import { SealError, type Bytes } from '@seal-chat/protocol';
import type { channelInputs, SendAnswer } from '@seal-chat/protocol/api';
import type { z } from 'zod';
import type { SqlDoor } from '../../db/doors.ts';
import { base64Of } from '../../db/bytes.ts';
import type { MessageLimits } from '../../limits/messages.ts';
import { admit, storeAdmitted } from '../../sending/admission.ts';
import type { Payload } from '../../sending/item.ts';
import type { Session } from '../../sessions/session.ts';
import { enter, epochStale } from '../access.ts';
import { findToRemove, hasLeaf } from '../leaf-store.ts';
import type { ChannelItem } from './store.ts';
import type { ChannelWriter } from './writer.ts';

export type ChannelSendInput = z.output<typeof channelInputs.send>;

/** Messages of channels. */
export interface ChannelSender {
  /**
   * Stores one message for a channel, whatever its members. Resolves after the commit; sending the same message id again
   * answers as the first time did.
   * @throws SealError EPOCH_STALE with the group's state, also when the device is not in the group; REMOVE_PENDING while
   *   a device must be removed; NOT_A_MEMBER, DEVICE_REVOKED, RATE_LIMITED; NOT_FOUND or BAD_INPUT when an attachment
   *   is not an upload of the sender's account for this channel, complete and not taken
   */
  send(session: Session, input: ChannelSendInput): Promise<SendAnswer>;
}

export function createChannelSender(deps: {
  readonly sql: SqlDoor;
  readonly limits: MessageLimits;
  readonly writer: ChannelWriter;
}): ChannelSender {
  const { sql, limits, writer } = deps;

  /** Explains why the database refused a message; null when it would accept it now. */
  async function explainStale(session: Session, input: ChannelSendInput): Promise<SealError | null> {
    const own = sql.of(session.tenantId);
    const { ref, channel } = await enter(own, session, input.conversationId);
    const isCurrent = channel.incarnation === input.incarnation && channel.epoch === input.epoch;
    if (!isCurrent || !(await hasLeaf(own, ref, session.deviceId))) return epochStale(channel);
    return (await findToRemove(own, ref)).length > 0 ? new SealError('REMOVE_PENDING') : null;
  }

  return {
    async send(session, input) {
      const item: ChannelItem = {
        ...admit(limits, session, input),
        incarnation: input.incarnation,
        epoch: input.epoch,
        body: payloadOf(input.body),
        envelope: payloadOf(input.envelope),
      };
      return storeAdmitted(sql.of(session.tenantId), item, {
        store: () => writer.send(item),
        explain: () => explainStale(session, input),
      });
    },
  };
}

function payloadOf(bytes: Bytes): Payload {
  return { bytes, text: base64Of(bytes) };
}
