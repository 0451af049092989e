import { SealError, type ConversationId, type DeviceId, type MessageId, type UserId } from '@seal-chat/protocol';
import type { HistoryAnswer, SendAnswer } from '@seal-chat/protocol/api';
import type { Sql } from 'postgres';
import type { PrismaClient } from '../generated/client.ts';
import { isMember } from '../conversations/store.ts';
import type { MessageLimits } from '../limits/messages.ts';
import type { Session } from '../trpc/context.ts';
import type { Payload } from './batch.ts';
import type { DeviceSets } from './device-sets.ts';
import { findHistory, findMemberDevices, type MemberDevices } from './store.ts';
import type { Writer } from './writer.ts';

/** A message as a device sends it. */
export interface SendInput {
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
  readonly deviceLists: readonly { readonly userId: UserId; readonly version: number }[];
  readonly body: Payload;
  readonly envelopes: readonly { readonly deviceId: DeviceId; readonly envelope: Payload }[];
}

/** Sending and reading messages. */
export interface MessagesService {
  /**
   * Stores a message for exactly the devices of the conversation's members. Resolves after the commit; sending the same
   * message id again answers as the first time did.
   * @throws SealError DEVICE_LIST_STALE with the delta, NOT_A_MEMBER, DEVICE_REVOKED, BAD_INPUT, RATE_LIMITED
   */
  send(session: Session, input: SendInput): Promise<SendAnswer>;
  /** Messages before sequence number `before`, newest first. @throws SealError NOT_A_MEMBER */
  history(
    session: Session,
    conversationId: ConversationId,
    before: number | null,
    limit: number,
  ): Promise<HistoryAnswer>;
  /** @throws SealError NOT_A_MEMBER, whether or not there is such a conversation */
  checkMember(session: Session, conversationId: ConversationId): Promise<void>;
}

/** Times a message is tried again when the devices changed while it was looked at. */
const ATTEMPTS = 3;

export function createMessagesService(deps: {
  readonly prisma: PrismaClient;
  readonly sql: Sql;
  readonly limits: MessageLimits;
  readonly deviceSets: DeviceSets;
  readonly writer: Writer;
}): MessagesService {
  const { prisma, sql, limits, deviceSets, writer } = deps;

  /** The devices that the stated list versions ask for; null when a version does not exist. */
  async function loadRecipients(session: Session, input: SendInput): Promise<ReadonlySet<DeviceId> | null> {
    const recipients = new Set<DeviceId>();
    for (const { userId, version } of input.deviceLists) {
      const account = { tenantId: session.tenantId, userId };
      const set = deviceSets.peek(account, version) ?? (await deviceSets.load(account, version));
      if (set === null) return null;
      for (const deviceId of set) recipients.add(deviceId);
    }
    recipients.delete(session.deviceId);
    return recipients;
  }

  /** Why the database would not take a message; nothing when it would now. */
  async function explainStale(session: Session, input: SendInput): Promise<SealError | null> {
    const members = await findMemberDevices(sql, session.tenantId, input.conversationId);
    const own = members.find(({ userId }) => userId === session.userId);
    if (own === undefined) return new SealError('NOT_A_MEMBER');
    if (!own.deviceIds.includes(session.deviceId)) return new SealError('DEVICE_REVOKED');
    return staleness(session.deviceId, input, members);
  }

  async function checkMember(session: Session, conversationId: ConversationId): Promise<void> {
    if (!(await isMember(prisma, session.tenantId, conversationId, session.userId)))
      throw new SealError('NOT_A_MEMBER');
  }

  return {
    checkMember,

    async send(session, input) {
      const { tenantId, userId, deviceId, rates } = session;
      limits.consume(tenantId, userId, rates.messagesPerMinutePerUser);
      checkNoneTwice(input);
      const item = {
        tenantId,
        conversationId: input.conversationId,
        claims: input.deviceLists,
        messageId: input.messageId,
        senderUserId: userId,
        senderDeviceId: deviceId,
        body: input.body,
        envelopes: input.envelopes,
      };
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const recipients = await loadRecipients(session, input);
        const namesSender = input.deviceLists.some((list) => list.userId === userId);
        if (namesSender && recipients !== null && isExactly(recipients, input.envelopes)) {
          const result = await writer.send(item);
          if (result.kind !== 'stale') return { seq: result.seq, acceptedAt: result.acceptedAt };
        }
        const reason = await explainStale(session, input);
        if (reason !== null) throw reason;
      }
      throw new SealError('UNAVAILABLE', 'messages: the devices of the conversation keep changing');
    },

    async history(session, conversationId, before, limit) {
      await checkMember(session, conversationId);
      return findHistory(
        sql,
        { tenantId: session.tenantId, conversationId, deviceId: session.deviceId },
        before,
        limit,
      );
    },
  };
}

/** @throws SealError BAD_INPUT when a member or a device is named twice */
function checkNoneTwice({ deviceLists, envelopes }: SendInput): void {
  if (new Set(deviceLists.map(({ userId }) => userId)).size < deviceLists.length) {
    throw new SealError('BAD_INPUT', 'messages: a member twice', { field: 'deviceLists' });
  }
  if (new Set(envelopes.map(({ deviceId }) => deviceId)).size < envelopes.length) {
    throw new SealError('BAD_INPUT', 'messages: a device twice', { field: 'envelopes' });
  }
}

function isExactly(recipients: ReadonlySet<DeviceId>, envelopes: SendInput['envelopes']): boolean {
  return recipients.size === envelopes.length && envelopes.every(({ deviceId }) => recipients.has(deviceId));
}

/** What the sender has to learn; null when its idea is the present state. */
function staleness(
  senderDeviceId: DeviceId,
  { deviceLists, envelopes }: SendInput,
  members: readonly MemberDevices[],
): SealError | null {
  const stated = new Map(deviceLists.map(({ userId, version }) => [userId, version]));
  const addressed = new Set(envelopes.map(({ deviceId }) => deviceId));
  const present = members.flatMap(({ userId, deviceIds }) => deviceIds.map((deviceId) => ({ userId, deviceId })));
  const missing = present.filter(({ deviceId }) => deviceId !== senderDeviceId && !addressed.has(deviceId));
  const wanted = new Set(present.map(({ deviceId }) => deviceId));
  wanted.delete(senderDeviceId);
  const extra = envelopes.filter(({ deviceId }) => !wanted.has(deviceId)).map(({ deviceId }) => ({ deviceId }));
  const isCurrent =
    stated.size === members.length && members.every(({ userId, version }) => stated.get(userId) === version);
  if (isCurrent && missing.length === 0 && extra.length === 0) return null;
  const versions = members.map(({ userId, version }) => ({ userId, version }));
  return new SealError('DEVICE_LIST_STALE', undefined, { deviceListDelta: { versions, missing, extra } });
}
