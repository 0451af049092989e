import type { ConversationId } from '@seal-chat/protocol';
import type { Conversation } from '../model/conversation-handle.ts';
import type { PendingAttachment } from '../model/attachments.ts';
import type { TypingNotifier } from '../conversations/typing.ts';
import type { Device } from '../device/device.ts';
import { loadCode } from '../context/load-code.ts';
import { composeText } from '../commands/send.ts';
import type { Readable } from '../state/atom.ts';
import type { Views } from '../view/views.ts';

/** What is done with a conversation now and then: loaded when it is first needed. */
const features = () => loadCode(() => import('../commands/message-commands.ts'));
const channels = () => loadCode(() => import('../channels/channel-commands.ts'));
const attachments = () => loadCode(() => import('../attachments/attachment-commands.ts'));

/** A verb of a loaded part: what it takes follows the device and the conversation. */
type Verb<Input extends readonly unknown[], T> = (device: Device, id: ConversationId, ...input: Input) => Promise<T>;

/** One conversation: delegates, holds nothing. */
export function createConversation(
  deps: {
    readonly device: Promise<Device>;
    readonly views: Views;
    readonly typing: TypingNotifier;
    readonly pending: (conversationId: ConversationId) => Readable<readonly PendingAttachment[]>;
  },
  conversationId: ConversationId,
): Conversation {
  const { device, views, typing, pending } = deps;
  const summary = views.summary(conversationId);
  let isOpen = false;

  /** What a verb did is visible when it returns. */
  async function run<T>(verb: (opened: Device) => Promise<T>): Promise<T> {
    const opened = await device;
    const result = await verb(opened);
    await opened.settled();
    return result;
  }

  const lazy =
    <Part>(load: () => Promise<Part>) =>
    <Input extends readonly unknown[], T>(pick: (part: Part) => Verb<Input, T>) =>
    (...input: Input): Promise<T> =>
      run(async (opened) => pick(await load())(opened, conversationId, ...input));
  const feature = lazy(features);
  const control = lazy(channels);
  const attachment = lazy(attachments);

  const sendPost = feature((verbs) => verbs.sendPost);
  const controls = {
    rename: control((verbs) => verbs.rename),
    describe: control((verbs) => verbs.describe),
    setSharesHistory: control((verbs) => verbs.setSharesHistory),
    add: control((verbs) => verbs.add),
    invite: control((verbs) => verbs.invite),
    remove: control((verbs) => verbs.remove),
    setRole: control((verbs) => verbs.setRole),
    leave: control((verbs) => verbs.leave),
    encryption: control((verbs) => verbs.encryption),
  };

  return {
    conversationId,
    summary,
    get messages() {
      // A reaction or an edit is possible offline, too, once the conversation was open.
      if (!isOpen) features().catch(() => {});
      isOpen = true;
      return views.window(conversationId);
    },
    async loadEarlier() {
      await device;
      await views.loadEarlier(conversationId);
    },
    async send(text, options) {
      // Whether there is a timer is known once the store is open.
      await device;
      const isPlain = options === undefined && !summary.get()?.timerSeconds;
      const message = await (isPlain
        ? run((opened) => composeText(opened, conversationId, text))
        : sendPost(text, options ?? {}));
      typing(conversationId, false);
      return message;
    },
    edit: feature((verbs) => verbs.edit),
    deleteForEveryone: feature((verbs) => verbs.deleteForEveryone),
    deleteForMe: feature((verbs) => verbs.deleteForMe),
    react: feature((verbs) => verbs.react),
    setTimer: feature((verbs) => verbs.setTimer),
    setDraft: feature((verbs) => verbs.setDraft),
    setMuted: feature((verbs) => verbs.setMuted),
    attach: attachment((verbs) => verbs.attach),
    openAttachment: attachment((verbs) => verbs.openAttachment),
    get attachments() {
      return pending(conversationId);
    },
    get channel() {
      return summary.get()?.kind === 'channel' ? controls : null;
    },
    retry: feature((verbs) => verbs.retryMessage),
    discard: feature((verbs) => verbs.discardMessage),
    markRead: feature((verbs) => verbs.markRead),
    setTyping: (isTyping) => typing(conversationId, isTyping),
  };
}
