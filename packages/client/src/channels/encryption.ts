import { describeGroup } from '@seal-chat/crypto/mls';
import type { ConversationId } from '@seal-chat/protocol';
import type { ChannelEncryption } from '../model/conversation-handle.ts';
import type { Deps } from '../context/deps.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';
import { readGroup } from './group-cache.ts';

/** What a channel is encrypted with, as the keys on this device say, not the server; null while there are none. */
export async function encryption(
  { reader }: Pick<Deps, 'reader'>,
  conversationId: ConversationId,
): Promise<ChannelEncryption | null> {
  const group = await readGroup(reader, conversationId);
  const ratchets = await reader.get(CHANNEL_ROWS.ratchets(conversationId));
  if (group === null || ratchets === null) return null;
  const { suite, epoch, members } = describeGroup({ epoch: group.state, ratchets });
  return { suite, deviceCount: members.length, epoch };
}
