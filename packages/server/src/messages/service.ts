import { SealError, type ConversationId, type DeviceId, type MessageId, type UserId } from '@seal-chat/protocol';
import type { HistoryAnswer, SendAnswer } from '@seal-chat/protocol/api';
import type { SqlDoor } from '../db/doors.ts';
import { isChannel, isMember } from '../conversations/lookup.ts';
import type { MessageLimits } from '../limits/messages.ts';
import type { Session } from '../sessions/session.ts';
import { admit, storeAdmitted } from '../sending/admission.ts';
import type { Extras, Payload } from '../sending/item.ts';
import type { SendItem } from './batch.ts';
import type { DeviceSet, DeviceSets } from './device-sets.ts';
import { findHistory, findMemberDevices, type MemberDevices } from './store.ts';
import type { Writer } from './writer.ts';

/** A message as a device sends it. */
export interface SendInput extends Extras {
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
   * @throws SealError DEVICE_LIST_STALE with the delta, NOT_A_MEMBER, DEVICE_REVOKED, BAD_INPUT, RATE_LIMITED,
   *   NOT_FOUND when the sender's account has no such upload
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

export function createMessagesService(deps: {
  readonly sql: SqlDoor;
  readonly limits: MessageLimits;
  readonly deviceSets: DeviceSets;
  readonly writer: Writer;
}): MessagesService {
  const { sql, limits, deviceSets, writer } = deps;

  /** Finds the devices that the stated list versions name, member by member; null for unknown versions. */
  function findSets({ tenantId }: Session, { deviceLists }: SendInput): DeviceSet[] | Promise<DeviceSet[]> {
    const sets: DeviceSet[] = [];
    for (const { userId, version } of deviceLists) {
      const set = deviceSets.find({ tenantId, userId }, version);
      if (set instanceof Promise) {
        return Promise.all(
          deviceLists.map(async (list) => deviceSets.find({ tenantId, userId: list.userId }, list.version)),
        );
      }
      sets.push(set);
    }
    return sets;
  }

  /** Explains why the database refused a message; null when it would accept it now. */
  async function explainStale(session: Session, input: SendInput): Promise<SealError | null> {
    const own = sql.of(session.tenantId);
    const members = await findMemberDevices(own, session.tenantId, input.conversationId);
    if (members.length > 0 && (await isChannel(own, session.tenantId, input.conversationId))) {
      throw new SealError('BAD_INPUT', 'messages: use channels.send for a channel', { field: 'conversationId' });
    }
    const self = members.find(({ userId }) => userId === session.userId);
    if (self === undefined) return new SealError('NOT_A_MEMBER');
    if (!self.deviceIds.includes(session.deviceId)) return new SealError('DEVICE_REVOKED');
    return staleness(session.deviceId, input, members);
  }

  async function checkMember(session: Session, conversationId: ConversationId): Promise<void> {
    if (!(await isMember(sql.of(session.tenantId), session.tenantId, conversationId, session.userId)))
      throw new SealError('NOT_A_MEMBER');
  }

  return {
    checkMember,

    async send(session, input) {
      const item: SendItem = {
        ...admit(limits, session, input),
        claims: input.deviceLists,
        body: input.body,
        envelopes: input.envelopes,
      };
      checkNoneTwice(input);
      const store = async () => {
        const found = findSets(session, input);
        const sets = found instanceof Promise ? await found : found;
        const isCurrent = namesUser(input, session.userId) && isExactly(sets, session.deviceId, input.envelopes);
        return isCurrent ? writer.send(item) : null;
      };
      return storeAdmitted(sql.of(session.tenantId), item, { store, explain: () => explainStale(session, input) });
    },

    async history(session, conversationId, before, limit) {
      await checkMember(session, conversationId);
      return findHistory(
        sql.of(session.tenantId),
        { tenantId: session.tenantId, conversationId, deviceId: session.deviceId },
        before,
        limit,
      );
    },
  };
}

/** @throws SealError BAD_INPUT when a member or a device is named twice */
function checkNoneTwice({ deviceLists, envelopes }: SendInput): void {
  if (deviceLists.some(({ userId }, i) => deviceLists.findIndex((other) => other.userId === userId) < i)) {
    throw new SealError('BAD_INPUT', 'messages: a member is named twice', { field: 'deviceLists' });
  }
  if (envelopes.some(({ deviceId }, i) => envelopes.findIndex((other) => other.deviceId === deviceId) < i)) {
    throw new SealError('BAD_INPUT', 'messages: a device is named twice', { field: 'envelopes' });
  }
}

function namesUser({ deviceLists }: SendInput, userId: UserId): boolean {
  return deviceLists.some((list) => list.userId === userId);
}

/** Whether there is exactly one envelope for each device of the sets except the sending one. */
function isExactly(sets: readonly DeviceSet[], sender: DeviceId, envelopes: SendInput['envelopes']): boolean {
  let wanted = 0;
  for (const set of sets) {
    if (set === null) return false;
    wanted += set.includes(sender) ? set.length - 1 : set.length;
  }
  return (
    wanted === envelopes.length &&
    envelopes.every(({ deviceId }) => deviceId !== sender && sets.some((set) => set!.includes(deviceId)))
  );
}

/** Says what the sender must learn; null when it knows the present state. */
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
