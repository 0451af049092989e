import type { WelcomeEvent } from '@seal-chat/protocol/api';
import { bytesOf, expectCount, expectIds } from '../api/answers.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';

/**
 * Keeps a Welcome from the mailbox, in the transaction that moves the mailbox position: opening it takes the network.
 *
 * @throws SealError MALFORMED
 */
export function noteWelcome(tx: DeviceTx, event: WelcomeEvent): void {
  const { conversationId, seq, incarnation, senderUserId, senderDeviceId } = event;
  expectIds(conversationId, senderUserId, senderDeviceId);
  expectCount(seq);
  expectCount(incarnation);
  const row = { seq, incarnation, senderUserId, senderDeviceId, welcome: bytesOf(event.welcome) };
  tx.put(CHANNEL_ROWS.welcome(conversationId, seq), row);
}
