import { encodeContent } from '@seal-chat/protocol/content';
import type { EnvelopeHeader, MessageBody, UserId } from '@seal-chat/protocol';
import type { IncomingMessage } from '../content/incoming.ts';
import { placeDeviceLines } from '../transcript/device-lines.ts';
import { promiseList } from '../content/promise-list.ts';
import type { Deps } from '../context/deps.ts';
import { enqueue } from '../outbox/queue.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { LIST_ROWS } from '../store/list-rows.ts';
import { isHeldOff } from '../store/privacy.ts';
import { ROWS } from '../store/rows.ts';
import { putNotice } from '../transcript/notices.ts';

/** One message may have been on its way when the list changed. */
const ALLOWED = 1;
/** A sender's clock may be ahead by this much, ms. */
const CLOCK_SLACK_MS = 5 * 60 * 1000;

/**
 * Reads under which device lists a direct message was sent. A device that goes on under an older list than this one
 * knows has not been shown the newer one: what it sends may still reach a device that was removed. The person is told,
 * and so is the sender, in a sealed body: the server cannot keep that from it unnoticed.
 */
export async function checkListVersions(
  deps: Pick<Deps, 'now' | 'rng'>,
  tx: DeviceTx,
  message: IncomingMessage,
  { header, body }: { readonly header: EnvelopeHeader; readonly body: MessageBody },
): Promise<void> {
  const { userId } = await activeAccount(tx);
  await checkOne(deps, tx, message, { owner: userId, version: header.recipientListVersion, body });
  const { senderUserId } = message;
  if (senderUserId !== userId)
    await checkOne(deps, tx, message, { owner: senderUserId, version: header.senderListVersion, body });
}

async function checkOne(
  deps: Pick<Deps, 'now' | 'rng'>,
  tx: DeviceTx,
  message: IncomingMessage,
  stated: { readonly owner: UserId; readonly version: number; readonly body: MessageBody },
): Promise<void> {
  const { owner, version, body } = stated;
  const { conversationId, seq, senderDeviceId, senderUserId, acceptedAt } = message;
  const peer = await tx.get(ROWS.peer(owner));
  if (peer === null || version === peer.known.list.version) return;
  const { known, learnedAt } = peer;
  if (version > known.list.version) return promiseList(tx, conversationId, message, { owner, version, hash: null });
  await placeDeviceLines(tx, conversationId, { userId: owner, version, seq });
  const conversation = await tx.get(ROWS.conversation(conversationId));
  // A stranger, or a person who is blocked, is told nothing at all.
  if (conversation === null || isHeldOff(conversation)) return;
  // What was sent before the list changed may name the old one.
  if (acceptedAt <= learnedAt && body.sentAt <= learnedAt + CLOCK_SLACK_MS) return;
  const key = LIST_ROWS.old(conversationId, senderDeviceId, owner);
  const before = await tx.get(key);
  const messages = (before?.version === known.list.version ? before.messages : 0) + 1;
  tx.put(key, { version: known.list.version, messages });
  if (messages !== ALLOWED + 1) return;
  const { hash } = known;
  const content = encodeContent({ kind: 'deviceList', userId: owner, version: known.list.version, hash });
  await enqueue(deps, tx, conversationId, content);
  await putNotice(tx, conversationId, {
    kind: 'oldList',
    afterSeq: seq - 1,
    userId: senderUserId,
    deviceId: senderDeviceId,
  });
}
