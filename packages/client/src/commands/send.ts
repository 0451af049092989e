import { CONTENT_LIMITS, SealError, type ConversationId } from '@seal-chat/protocol';
import { encodeContent, type Attachment, type Mention, type PostContent } from '@seal-chat/protocol/content';
import { takeForMessage } from '../attachments/for-message.ts';
import { validMentions } from '../content/changes.ts';
import { quote } from '../content/replies.ts';
import { viewAttachment } from '../content/store-shown.ts';
import type { Deps } from '../context/deps.ts';
import type { SendOptions } from '../model/conversation-handle.ts';
import type { Message } from '../model/message.ts';
import { checkText, enqueue } from '../outbox/queue.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { viewOutbox } from '../store/message-view.ts';
import { ROWS, type OutboxRow, type ConversationRow } from '../store/rows.ts';

/** Bytes of all thumbnails of a message: with everything else it has to fit into one body. */
const THUMBNAILS_SIZE = 28_000;

/**
 * Puts a message with all that may belong to it in the outbox. One that is no more than a text, in a conversation
 * where messages stay, goes as such.
 *
 * @throws SealError BAD_INPUT, TOO_LARGE, NOT_FOUND (an attachment), NOT_SIGNED_IN, STORAGE_FAILED
 */
export async function sendPost(
  deps: Pick<Deps, 'reader' | 'transact' | 'rng' | 'now'>,
  conversationId: ConversationId,
  text: string,
  options: SendOptions,
): Promise<Message> {
  const { mentions = [], attachments = [] } = options;
  const replyTo = options.replyTo ?? null;
  if (attachments.length === 0 || text !== '') checkText(text);
  checkMentions(text, mentions);
  if (attachments.length > CONTENT_LIMITS.attachments) throw new SealError('BAD_INPUT', 'attachments: too many');
  return shownIn(deps, conversationId, async (tx) => {
    const seconds = timerOf(await tx.get(ROWS.conversation(conversationId)));
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
}

/** How long a message lives that is written now, seconds; 0 for ever. */
function timerOf(row: ConversationRow | null): number {
  return row?.ownTimer ?? row?.timer?.seconds ?? 0;
}

/** @throws SealError BAD_INPUT */
export function checkMentions(text: string, mentions: readonly Mention[]): void {
  if (mentions.length > CONTENT_LIMITS.mentions || validMentions(text, mentions).length < mentions.length) {
    throw new SealError('BAD_INPUT', 'mentions: too many, or outside of the text');
  }
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

/**
 * Puts a text in the outbox: when this returns, the message survives a crash and is sent as soon as that is possible.
 *
 * @throws SealError BAD_INPUT when the text is empty or not well-formed, TOO_LARGE, NOT_SIGNED_IN, STORAGE_FAILED
 */
export async function composeText(
  deps: Pick<Deps, 'reader' | 'transact' | 'rng' | 'now'>,
  conversationId: ConversationId,
  text: string,
): Promise<Message> {
  checkText(text);
  return shownIn(deps, conversationId, (tx) => enqueue(deps, tx, conversationId, { kind: 'text', text }));
}

/** The message that `task` queued, as people see it. */
async function shownIn(
  deps: Pick<Deps, 'reader' | 'transact'>,
  conversationId: ConversationId,
  task: (tx: DeviceTx) => Promise<OutboxRow>,
): Promise<Message> {
  const { userId, device } = await activeAccount(deps.reader);
  const row = await deps.transact(task);
  const message = viewOutbox(conversationId, row, { userId, deviceId: device.deviceId });
  if (message === null) throw new SealError('INTERNAL', 'outbox: a text that is not shown');
  return message;
}
