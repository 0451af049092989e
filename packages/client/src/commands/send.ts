import { CONTENT_LIMITS, SealError, type ConversationId } from '@seal-chat/protocol';
import { encodeContent, type Attachment, type PostContent } from '@seal-chat/protocol/content';
import { takeForMessage } from '../attachments/for-message.ts';
import { checkMentions } from '../content/mentions.ts';
import { quote } from '../content/replies.ts';
import type { ComposeDeps, Deps } from '../context/deps.ts';
import type { SendOptions } from '../model/conversation-handle.ts';
import type { Message } from '../model/message.ts';
import { checkText, enqueue } from '../outbox/queue.ts';
import { activeAccount } from '../store/account.ts';
import { viewAttachment, viewOutbox } from '../store/message-view.ts';
import { ROWS, type OutboxRow, type RowKey } from '../store/rows.ts';
import { timerOf } from '../store/timer.ts';
import { loadPeople } from './load.ts';

/** Bytes of all thumbnails of a message: with everything else it has to fit into one body. */
const THUMBNAILS_SIZE = 28_000;

/**
 * Puts a message in the outbox: when this returns, it survives a crash and is sent as soon as that is possible. A text
 * without anything else, in a conversation where messages stay, is sent as plain text; everything else as a post.
 *
 * @throws SealError BAD_INPUT (empty or not well-formed text, too many or wrong mentions, too many attachments),
 *   TOO_LARGE, NOT_FOUND (an attachment), BLOCKED, NOT_SIGNED_IN, STORAGE_FAILED
 */
export async function send(
  deps: ComposeDeps & Pick<Deps, 'api'>,
  conversationId: ConversationId,
  text: string,
  options: SendOptions = {},
): Promise<{ readonly message: Message; readonly key: RowKey<OutboxRow> }> {
  const { mentions = [], attachments = [] } = options;
  const replyTo = options.replyTo ?? null;
  if (attachments.length === 0 || text !== '') checkText(text);
  checkMentions(text, mentions);
  if (attachments.length > CONTENT_LIMITS.attachments) throw new SealError('BAD_INPUT', 'attachments: too many');
  const { userId, device } = await activeAccount(deps.reader);
  /** In a DM that this device has not opened before. */
  let isAnswer = false;
  const { key, value: row } = await deps.transact(async (tx) => {
    const conversation = await tx.get(ROWS.conversation(conversationId));
    if (conversation?.isBlocked) throw new SealError('BLOCKED', 'send: blocked');
    // Writing to people is accepting them.
    isAnswer = conversation?.kind === 'dm' && !conversation.isOpened;
    if (conversation && (isAnswer || !conversation.isAccepted))
      tx.put(ROWS.conversation(conversationId), { ...conversation, isAccepted: true, isOpened: true });
    const seconds = timerOf(conversation);
    const isPlain = replyTo === null && mentions.length === 0 && attachments.length === 0 && seconds === 0;
    if (isPlain) return enqueue(deps, tx, conversationId, { kind: 'text', text });
    const files = attachments.length === 0 ? [] : await takeForMessage(tx, conversationId, attachments);
    const content: PostContent = {
      kind: 'post',
      text,
      replyTo,
      mentions,
      attachments: withinSize(files.map(({ attachment }) => attachment)),
      lifetimeSeconds: seconds === 0 ? null : seconds,
    };
    const waitsFor = files.filter(({ upload }) => upload !== null).map(({ attachment }) => attachment.attachmentId);
    return enqueue(deps, tx, conversationId, encodeContent(content), {
      shown: {
        kind: 'post',
        text,
        replyTo: replyTo && (await quote(tx, conversationId, replyTo)),
        mentions,
        attachments: files.map(({ attachment, upload }) => ({ ...viewAttachment(attachment), upload })),
      },
      ...(seconds !== 0 && { lifetimeSeconds: seconds }),
      ...(attachments.length > 0 && { attachmentIds: attachments }),
      ...(waitsFor.length > 0 && { waitsFor }),
    });
  });
  const message = viewOutbox(conversationId, row, { userId, deviceId: device.deviceId });
  if (message === null) throw new SealError('INTERNAL', 'outbox: not shown');
  if (isAnswer)
    void loadPeople().then(
      (people) => people.tellPresence(deps, conversationId),
      () => {},
    );
  return { message, key };
}

/** The first thumbnails that fit; the files themselves are elsewhere. */
function withinSize(attachments: readonly Attachment[]): readonly Attachment[] {
  let left = THUMBNAILS_SIZE;
  return attachments.map((attachment) => {
    const size = attachment.thumbnail?.length ?? 0;
    if (size > left) return { ...attachment, thumbnail: null };
    left -= size;
    return attachment;
  });
}
