import { SealError, type Bytes, type ConversationId, type DeviceId } from '@seal-chat/protocol';
import type { SqlDoor } from '../db/doors.ts';
import type { Bus } from '../bus/bus.ts';
import type { MessageLimits } from '../limits/messages.ts';
import { rateLimited } from '../limits/durable.ts';
import type { Session } from '../sessions/session.ts';
import { answerRequest, findAddressing, insertRequest, type Addressing, type MessageRef } from './retry-store.ts';

/** Requests for one message by one device in a day. */
const MAX_REQUESTS = 5;
const REPEAT_MS = 60_000;
const FORGET_MS = 24 * 3_600_000;

/**
 * Messages that a device could not open. The server only passes the request on and lets the answer through when it was
 * asked for; whether to answer is the sending device's decision.
 */
export interface RetryService {
  /**
   * Asks the device that sent a message for a new envelope.
   * @throws SealError NOT_A_MEMBER, NOT_FOUND, FORBIDDEN when the message was not addressed to the caller's device,
   *   RATE_LIMITED
   */
  request(session: Session, conversationId: ConversationId, seq: number): Promise<void>;
  /**
   * Answers such a request with an envelope for one device.
   * @throws SealError NOT_A_MEMBER, NOT_FOUND, FORBIDDEN when another device sent the message, CONFLICT when no
   *   request is pending, RATE_LIMITED
   */
  answer(session: Session, input: RetryInput): Promise<void>;
}

export interface RetryInput {
  readonly conversationId: ConversationId;
  readonly seq: number;
  readonly deviceId: DeviceId;
  readonly envelope: Bytes;
}

export function createRetryService(deps: {
  readonly sql: SqlDoor;
  readonly bus: Bus;
  readonly limits: MessageLimits;
  /** @throws SealError NOT_A_MEMBER */
  readonly checkMember: (session: Session, conversationId: ConversationId) => Promise<void>;
  readonly clock: () => number;
}): RetryService {
  const { sql, bus, limits, checkMember, clock } = deps;

  async function addressingOf(session: Session, message: MessageRef, deviceId: DeviceId): Promise<Addressing> {
    limits.consume(session.tenantId, session.userId, session.rates.messagesPerMinutePerUser);
    await checkMember(session, message.conversationId);
    const addressing = await findAddressing(sql.of(session.tenantId), message, deviceId);
    if (addressing === null) throw new SealError('NOT_FOUND', 'messages: no such message or device');
    if (!addressing.wasDeviceThere)
      throw new SealError('FORBIDDEN', 'messages: the message was not sent to that device');
    return addressing;
  }

  return {
    async request(session, conversationId, seq) {
      const { tenantId, deviceId } = session;
      const message = { tenantId, conversationId, seq };
      const { senderDeviceId, isSenderGone } = await addressingOf(session, message, deviceId);
      if (isSenderGone) throw new SealError('NOT_FOUND', 'messages: the sending device was removed');
      const now = clock();
      const outcome = await insertRequest(
        sql.of(tenantId),
        message,
        { requester: deviceId, sender: senderDeviceId },
        {
          now: new Date(now),
          repeatBefore: new Date(now - REPEAT_MS),
          forgetBefore: new Date(now - FORGET_MS),
          maxRequests: MAX_REQUESTS,
        },
      );
      if (outcome === 'exhausted') throw rateLimited(FORGET_MS);
      if (outcome === 'asked') bus.publish({ kind: 'mailboxes', tenantId, deviceIds: [senderDeviceId] });
    },

    async answer(session, { conversationId, seq, deviceId, envelope }) {
      const { tenantId } = session;
      const message = { tenantId, conversationId, seq };
      const { senderDeviceId } = await addressingOf(session, message, deviceId);
      if (senderDeviceId !== session.deviceId)
        throw new SealError('FORBIDDEN', 'messages: another device sent the message');
      const isAnswered = await answerRequest(sql.of(tenantId), message, deviceId, envelope, new Date(clock()));
      if (!isAnswered) throw new SealError('CONFLICT', 'messages: no retry request is pending');
      bus.publish({ kind: 'mailboxes', tenantId, deviceIds: [deviceId] });
    },
  };
}
