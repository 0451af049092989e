import type { ConversationId } from '@seal-chat/protocol';
import { loadChannels } from '../channels/load.ts';
import { loadChanges } from '../commands/load-changes.ts';
import { loadPeople } from '../commands/load.ts';
import { send } from '../commands/send.ts';
import type { TypingNotifier } from '../conversations/typing.ts';
import type { Device } from '../device/device.ts';
import type { Conversation } from '../model/conversation-handle.ts';
import { loadConversation } from '../sync/load.ts';
import type { Views } from '../view/views.ts';
import type { PendingAttachments } from './pending-attachments.ts';

/** A command of a journey: its input follows the device and the conversation. */
type Command<Input extends readonly unknown[], T> = (device: Device, id: ConversationId, ...input: Input) => Promise<T>;

/** One conversation: delegates, holds nothing. */
export function createConversation(
  deps: {
    readonly device: Promise<Device>;
    readonly views: Views;
    readonly typing: TypingNotifier;
    readonly pending: PendingAttachments;
  },
  conversationId: ConversationId,
): Conversation {
  const { device, views, typing, pending } = deps;
  const summary = views.summary(conversationId);

  /** Runs a command on the open device. What it did is visible when this returns. */
  async function run<T>(command: (opened: Device) => Promise<T>): Promise<T> {
    const opened = await device;
    const result = await command(opened);
    await opened.settled();
    return result;
  }

  const commandOf =
    <Commands>(load: () => Promise<Commands>) =>
    <Input extends readonly unknown[], T>(pick: (commands: Commands) => Command<Input, T>) =>
    (...input: Input): Promise<T> =>
      run(async (opened) => pick(await load())(opened, conversationId, ...input));
  const feature = commandOf(async () => (await loadConversation()).commands);
  const change = commandOf(loadChanges);
  const mark = commandOf(loadPeople);
  const control = commandOf(async () => (await loadChannels()).commands);

  const controls = {
    rename: control((commands) => commands.rename),
    describe: control((commands) => commands.describe),
    setSharesHistory: control((commands) => commands.setSharesHistory),
    add: control((commands) => commands.add),
    invite: control((commands) => commands.invite),
    remove: control((commands) => commands.remove),
    setRole: control((commands) => commands.setRole),
    leave: control((commands) => commands.leave),
    encryption: control((commands) => commands.encryption),
  };

  return {
    conversationId,
    summary,
    get messages() {
      return views.window(conversationId);
    },
    async loadEarlier() {
      await device;
      await views.loadEarlier(conversationId);
    },
    async dropEarlier() {
      await device;
      await views.dropEarlier(conversationId);
    },
    async send(text, options) {
      const sent = await run(async (opened) => {
        const { message, key } = await send(opened, conversationId, text, options);
        return { ...message, accepted: opened.acceptance.follow(key, message.messageId) };
      });
      typing(conversationId, false);
      return sent;
    },
    edit: change((commands) => commands.edit),
    deleteForEveryone: change((commands) => commands.deleteForEveryone),
    deleteForMe: change((commands) => commands.deleteForMe),
    react: change((commands) => commands.react),
    setTimer: change((commands) => commands.setTimer),
    setDraft: feature((commands) => commands.setDraft),
    setMuted: mark((people) => people.setMuted),
    setPinned: mark((people) => people.setPinned),
    setArchived: mark((people) => people.setArchived),
    accept: mark((people) => people.accept),
    deleteChat: mark((people) => people.deleteChat),
    attach: (file, options) =>
      run(async (opened) => (await opened.attachments()).attach(conversationId, file, options)),
    openAttachment: (seq, attachmentId, options) =>
      run(async (opened) => (await opened.attachments()).open(conversationId, seq, attachmentId, options)),
    get attachments() {
      return pending(conversationId);
    },
    get channel() {
      return summary.get()?.kind === 'channel' ? controls : null;
    },
    retry: change((commands) => commands.retryMessage),
    discard: change((commands) => commands.discardMessage),
    markRead: feature((commands) => commands.markRead),
    setTyping: (isTyping) => typing(conversationId, isTyping),
  };
}
