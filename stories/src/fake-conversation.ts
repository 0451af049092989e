import type {
  Conversation,
  ConversationNotice,
  DeviceLine,
  ConversationId,
  ConversationSummary,
  Message,
  MessageWindow,
  MissingMessages,
  Rename,
  Readable,
  SendOptions,
} from '@seal-chat/client';
import { fakeAttachmentVerbs, type AttachmentSeed } from './fake-attachments.ts';
import { fakeControls, type ChannelSeed } from './fake-channels.ts';
import { writable, type Writable } from './writable.ts';

/** What a conversation starts with. */
export interface ConversationSeed extends ChannelSeed, AttachmentSeed {
  readonly messages?: ReadonlyMap<ConversationId, readonly Message[]>;
  /** Messages of a window at first; `loadEarlier` gives as many more. */
  readonly pageSize?: number;
  /** How long `loadEarlier` goes on after the messages are there, ms. */
  readonly loadingMs?: number;
  readonly hasUnavailableHistory?: boolean;
  readonly missing?: readonly MissingMessages[];
  readonly notices?: readonly ConversationNotice[];
  readonly renames?: readonly Rename[];
  readonly deviceLines?: readonly DeviceLine[];
}

/** One conversation over plain values in memory: what is done to messages is seen at once. */
export function fakeConversation(
  conversationId: ConversationId,
  seed: ConversationSeed,
  conversations: Writable<readonly ConversationSummary[]>,
): Conversation {
  let all: readonly Message[] = seed.messages?.get(conversationId) ?? [];
  const pageSize = seed.pageSize ?? all.length;
  let loaded = pageSize;
  const view = (): MessageWindow => ({
    messages: all.slice(Math.max(0, all.length - loaded)),
    hasEarlier: loaded < all.length,
    hasUnavailableHistory: seed.hasUnavailableHistory ?? false,
    missing: seed.missing ?? [],
    notices: seed.notices ?? [],
    renames: seed.renames ?? [],
    deviceLines: seed.deviceLines ?? [],
    isLoaded: true,
  });
  const messages = writable(view());
  const files = fakeAttachmentVerbs(seed);
  const find = (): ConversationSummary | null =>
    conversations.get().find((one) => one.conversationId === conversationId) ?? null;
  const summary: Readable<ConversationSummary | null> = {
    get: find,
    subscribe: (listener) => conversations.subscribe(() => listener(find())),
  };
  const change = (changes: Partial<ConversationSummary>): void =>
    conversations.set(
      conversations.get().map((one) => (one.conversationId === conversationId ? { ...one, ...changes } : one)),
    );
  const setAll = (changed: readonly Message[]): void => {
    all = changed;
    messages.set(view());
  };
  const changeMessage = async (seq: number, to: (message: Message) => Message): Promise<void> =>
    setAll(all.map((message) => (message.seq === seq ? to(message) : message)));

  return {
    conversationId,
    summary,
    messages,
    async loadEarlier() {
      loaded += pageSize;
      messages.set(view());
      if (seed.loadingMs !== undefined) await new Promise((resolve) => setTimeout(resolve, seed.loadingMs));
    },
    async dropEarlier() {
      loaded = Math.min(loaded, pageSize);
      messages.set(view());
    },
    async send(text, options = {}) {
      const self = find()?.members.find((member) => member.isSelf);
      const sentAt = Date.now();
      const seq = all.length + 1;
      const message: Message = {
        messageId: crypto.randomUUID() as Message['messageId'],
        conversationId,
        seq,
        senderUserId: (self?.userId ?? '') as Message['senderUserId'],
        senderDeviceId: '' as Message['senderDeviceId'],
        isOwn: true,
        sentAt,
        acceptedAt: sentAt,
        content: contentOf(text, options),
        status: 'sent',
        failure: null,
        editedAt: null,
        reactions: [],
        expiresAt: null,
        unusualLifetime: null,
        mentionsSelf: false,
        isShared: false,
      };
      loaded++;
      setAll([...all, message]);
      return { ...message, accepted: Promise.resolve({ seq, acceptedAt: sentAt }) };
    },
    edit: (seq, text) =>
      changeMessage(seq, (message) => ({
        ...message,
        content: 'text' in message.content ? { ...message.content, text } : message.content,
        editedAt: Date.now(),
      })),
    deleteForEveryone: (seq) =>
      changeMessage(seq, (message) => ({ ...message, content: { kind: 'deleted', isConfirmed: true } })),
    deleteForMe: async (seq) => setAll(all.filter((message) => message.seq !== seq)),
    react: (seq, emoji, isOn) => changeMessage(seq, (message) => react(message, emoji, isOn, find())),
    setTimer: (timerSeconds) => Promise.resolve(change({ timerSeconds })),
    setDraft: (draft) => Promise.resolve(change({ draft })),
    setMuted: (isMuted) => Promise.resolve(change({ isMuted })),
    setPinned: (isPinned) => Promise.resolve(change({ isPinned })),
    setArchived: (isArchived) => Promise.resolve(change({ isArchived })),
    accept: () => Promise.resolve(change({ isRequest: false })),
    deleteChat: () => Promise.resolve(),
    attach: files.attach,
    attachments: files.attachments,
    openAttachment: files.openAttachment,
    channel: find()?.channel == null ? null : fakeControls(seed, find, change),
    retry: () => Promise.resolve(),
    discard: () => Promise.resolve(),
    markRead: () => Promise.resolve(),
    setTyping: () => undefined,
  };

  function contentOf(text: string, { replyTo, mentions = [], attachments = [] }: SendOptions): Message['content'] {
    if (replyTo === undefined && mentions.length === 0 && attachments.length === 0) return { kind: 'text', text };
    const original = all.find((message) => message.seq === replyTo?.seq);
    const preview = original !== undefined && 'text' in original.content ? original.content.text : '';
    return {
      kind: 'post',
      text,
      mentions,
      attachments: files.take(attachments),
      replyTo: replyTo === undefined ? null : { ...replyTo, senderUserId: original?.senderUserId ?? null, preview },
    };
  }
}

function react(message: Message, emoji: string, isOn: boolean, summary: ConversationSummary | null): Message {
  const self = summary?.members.find((member) => member.isSelf)?.userId;
  if (self === undefined) return message;
  const before = message.reactions.find((one) => one.emoji === emoji);
  const others = (before?.userIds ?? []).filter((userId) => userId !== self);
  const userIds = isOn ? [...others, self] : others;
  const after = userIds.length === 0 ? [] : [{ emoji, userIds, isOwn: isOn }];
  const reactions =
    before === undefined
      ? [...message.reactions, ...after]
      : message.reactions.flatMap((one) => (one.emoji === emoji ? after : [one]));
  return { ...message, reactions };
}
