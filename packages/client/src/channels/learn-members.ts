import type { MlsMember } from '@seal-chat/crypto/mls';
import { COUNT_LIMITS, SealError, isSealError, type ConversationId, type UserId } from '@seal-chat/protocol';
import type { FetchDeps } from '../context/deps.ts';
import { storeConversation } from '../conversations/conversation-rows.ts';
import { learnDeviceLists } from '../peers/device-lists.ts';
import { ROWS } from '../store/rows.ts';

/**
 * Fetches what the server now says of a conversation.
 *
 * @throws SealError NOT_A_MEMBER, OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function refreshChannel(deps: FetchDeps, conversationId: ConversationId): Promise<void> {
  const answer = await deps.api.conversations.get.query({ conversationId });
  await deps.transact((tx) => storeConversation(tx, answer));
}

/** Fetches the device lists of those people whose list here does not have one of the devices. */
export async function learnDevices(deps: FetchDeps, members: readonly MlsMember[]): Promise<void> {
  const unknown = new Set<UserId>();
  for (const { userId, deviceId } of members) {
    if (unknown.has(userId)) continue;
    const peer = await deps.reader.get(ROWS.peer(userId));
    const isKnown =
      peer?.known.list.devices.some((device) => device.deviceId === deviceId) ||
      peer?.retired.some(({ device }) => device.deviceId === deviceId);
    if (!isKnown) unknown.add(userId);
  }
  await learnLists(deps, [...unknown]);
}

/** Fetches what is new in the device lists of all members. */
export async function learnAllMembers(deps: FetchDeps, conversationId: ConversationId): Promise<void> {
  await refreshChannel(deps, conversationId);
  const row = await deps.reader.get(ROWS.conversation(conversationId));
  await learnLists(
    deps,
    (row?.members ?? []).map(({ userId }) => userId),
  );
}

/** A list that does not verify is the affair of what it was fetched for; no answer at all is not. */
async function learnLists(deps: FetchDeps, userIds: readonly UserId[]): Promise<void> {
  for (let at = 0; at < userIds.length; at += COUNT_LIMITS.page) {
    try {
      await learnDeviceLists(deps, userIds.slice(at, at + COUNT_LIMITS.page));
    } catch (error) {
      if (isSealError(error, 'DEVICE_REVOKED') || !(error instanceof SealError) || error.isRetryable) throw error;
    }
  }
}
