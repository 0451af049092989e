import { DEFAULT_SUITE, createGroup } from '@seal-chat/crypto/mls';
import {
  CONTENT_LIMITS,
  SealError,
  newId,
  toBase64,
  utf8,
  type ConversationId,
  type UserId,
} from '@seal-chat/protocol';
import { storeConversation } from '../conversations/conversation-rows.ts';
import { activeAccount } from '../store/account.ts';
import { type Deps } from '../context/deps.ts';
import { CHANNEL_ROWS, NEW_CHANNEL } from '../store/channel-rows.ts';
import { putChannel } from './channel-state.ts';
import { isClearName } from './clear-names.ts';
import { finishCreation, forgetCreation } from './heads.ts';
import { groupName, identityOf, mlsDeps } from './mls-context.ts';

export interface NewChannel {
  readonly name: string;
  readonly description?: string;
  readonly visibility: 'public' | 'private';
  readonly members?: readonly UserId[];
}

/**
 * Makes a channel with this device as the only one in its group. The group is stored before the server is told of it.
 *
 * @throws SealError BAD_INPUT, NAME_TAKEN, OFFLINE, UNAVAILABLE, RATE_LIMITED: there is no channel then, or an empty
 *   one that this device finds when it connects
 */
export async function foundChannel(deps: Deps, input: NewChannel): Promise<ConversationId> {
  const { visibility, members = [] } = input;
  const description = checkedDescription(input.description ?? '');
  const name = checkedName(input.name);
  const account = await activeAccount(deps.reader);
  const identity = identityOf(account);
  const conversationId = newId<ConversationId>(deps.rng(16));
  const group = groupName(account, conversationId, 0);
  const { state, groupInfo, authenticator } = await createGroup(mlsDeps(deps), {
    suite: DEFAULT_SUITE,
    group,
    identity,
  });
  await deps.transact(async (tx) => {
    const { userId, deviceId } = identity;
    const leaves = [{ userId, deviceId }];
    tx.put(CHANNEL_ROWS.group(conversationId), { incarnation: 0, epoch: 0, state: state.epoch, authenticator, leaves });
    tx.put(CHANNEL_ROWS.ratchets(conversationId), state.ratchets);
    await putChannel(tx, conversationId, {
      ...NEW_CHANNEL,
      status: 'creating',
      leafAt: deps.now(),
      creating: { name, description, members },
    });
  });
  try {
    const isPublic = visibility === 'public';
    const answer = await deps.api.channels.create.mutate({
      conversationId,
      visibility,
      name: isPublic ? name : null,
      description: isPublic ? description : null,
      suite: DEFAULT_SUITE,
      groupInfo: toBase64(groupInfo),
      authenticator: toBase64(authenticator),
    });
    await deps.transact(async (tx) => {
      await storeConversation(tx, answer);
      const row = await tx.get(CHANNEL_ROWS.channel(conversationId));
      // The connection may have found it first.
      if (row?.status === 'creating') await finishCreation(deps, tx, conversationId, row);
    });
  } catch (error) {
    const isUnknown = error instanceof SealError && error.isRetryable;
    // Whether the server has it shows when it is asked for all channels.
    if (!isUnknown) await deps.transact((tx) => forgetCreation(tx, conversationId));
    throw error;
  }
  return conversationId;
}

/** A name as it is stored: one line of 1 to 80 bytes that people can be sure of. @throws SealError BAD_INPUT */
export function checkedName(name: string): string {
  const normal = name.normalize('NFC').trim();
  if (!isClearName(normal) || utf8(normal).length > CONTENT_LIMITS.channelName) {
    throw new SealError('BAD_INPUT', 'channel: invalid name', { field: 'name' });
  }
  return normal;
}

/** @throws SealError TOO_LARGE */
export function checkedDescription(text: string): string {
  if (utf8(text).length > CONTENT_LIMITS.channelDescription) {
    throw new SealError('TOO_LARGE', 'channel: the description is too long', {
      maxBytes: CONTENT_LIMITS.channelDescription,
    });
  }
  return text;
}
