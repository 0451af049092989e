import { html, nothing, type TemplateResult } from 'lit';
import type { ConversationEvent, Message, UserId } from '@seal-chat/client';
import { lockIcon } from '../../icons.ts';
import { messageTexts, type MessageTexts } from '../../internal/message-texts.ts';
import { eventText } from '../../messages/event-text.ts';
import { personName } from '../../people/name.ts';
import { MessageActions } from '../message-actions/message-actions.ts';
import { plainly, type MessageAppearance, type RichParts } from '../message-list/message.ts';
import { invitation } from './invitation.ts';
import { withMentions } from './mentions.ts';
import { quote } from './quote.ts';
import { reactionRow } from './reactions.ts';
import type { RichHost } from './rich-host.ts';
import { richStyles } from './rich.styles.ts';
import { signs } from './signs.ts';
import { senderName, senderPicture } from './sender.ts';

/** More pages of history than this are not fetched to find a message that is answered. */
const MOST_PAGES = 30;
/** How long a message that was gone to is marked, ms. */
const HIGHLIGHT_MS = 1_600;

/** Shows what is more than plain text in the list of messages, and what can be done with each. */
export class RichMessages implements RichParts {
  readonly host: RichHost;
  readonly #actions: MessageActions;

  constructor(host: RichHost) {
    this.host = host;
    this.#actions = new MessageActions(this);
    const root = host.list.renderRoot as ShadowRoot;
    const sheets = [richStyles, this.#actions.styles].map((styles) => styles.styleSheet!);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, ...sheets];
  }

  get texts(): MessageTexts {
    return messageTexts(this.host.strings());
  }

  /** What a person is called; "you" for the one of this account. */
  nameOf(userId: UserId | null): string {
    const member = this.host.list.summary?.members.find((one) => one.userId === userId) ?? null;
    return member?.isSelf === true ? this.texts.you : personName(member, this.texts);
  }

  /** The names of several people in one list, as the language joins them. */
  namesOf(userIds: readonly UserId[]): string {
    return new Intl.ListFormat(this.texts.lang).format(userIds.map((userId) => this.nameOf(userId)));
  }

  /** Brings the message with `seq` into view and marks it; fetches older ones until it is there. */
  async goTo(seq: number): Promise<void> {
    const { list } = this.host;
    let row = await list.reveal(seq);
    for (let page = 0; row === null && page < MOST_PAGES; page++) {
      if (list.conversation?.messages.get().hasEarlier !== true) break;
      await list.conversation.loadEarlier();
      row = await list.reveal(seq);
    }
    if (row === null) {
      this.host.announce(this.texts.originalMissing);
      return;
    }
    row.focus({ preventScroll: true });
    row.classList.add('marked');
    setTimeout(() => row.classList.remove('marked'), HIGHLIGHT_MS);
  }

  readonly line = ({ message }: MessageAppearance): TemplateResult | null => {
    if (message.content.kind !== 'event') return null;
    return html`<p class="event">${this.#eventText(message.content.event, message.senderUserId)}</p>`;
  };

  readonly above = (appearance: MessageAppearance): unknown => {
    const { message, isFirst } = appearance;
    const { content } = message;
    const inChannel = this.host.list.summary?.kind === 'channel' && !message.isOwn;
    return html`${inChannel && isFirst ? senderName(appearance) : nothing}
    ${content.kind === 'post' && content.replyTo !== null ? quote(content.replyTo, appearance, this) : nothing}
    ${content.kind === 'post' && content.attachments.length > 0 ? this.#attachments(appearance) : nothing}`;
  };

  #attachments({ message, isTabStop }: MessageAppearance): TemplateResult {
    // Shown as soon as its code is there; when that cannot be had, the next message with files tries again.
    import('../attachments/define.ts').catch(() => undefined);
    return html`<seal-attachments
      .message=${message}
      .conversation=${this.host.list.conversation}
      .isTabStop=${isTabStop}
    ></seal-attachments>`;
  }

  readonly content = (appearance: MessageAppearance): TemplateResult => {
    const { content } = appearance.message;
    switch (content.kind) {
      case 'post':
        return content.text === ''
          ? html``
          : html`<span class="text">${withMentions(content, appearance, this)}</span>`;
      case 'invitation':
        return invitation(content, appearance, this);
      default:
        return html`<span class="notice">${this.texts.deletedMessage}</span>`;
    }
  };

  readonly signs = (appearance: MessageAppearance): unknown => signs(appearance, this.texts);

  readonly below = (appearance: MessageAppearance): unknown => {
    const { message, isLast } = appearance;
    const inChannel = this.host.list.summary?.kind === 'channel' && !message.isOwn;
    return html`${inChannel && isLast ? senderPicture(message.senderUserId, this) : nothing}
    ${message.reactions.length > 0 ? reactionRow(appearance, this) : nothing}`;
  };

  readonly spoken = ({ message }: MessageAppearance): string => {
    const { content } = message;
    const { texts } = this;
    const parts: string[] = [];
    if (content.kind === 'post') {
      if (content.replyTo !== null) parts.push(texts.inReplyTo(this.nameOf(content.replyTo.senderUserId)));
      for (const file of content.attachments) parts.push(`${texts[file.kind]} ${file.name}`);
      parts.push(content.text);
    } else if (content.kind === 'deleted') parts.push(texts.deletedMessage);
    else if (content.kind === 'invitation') parts.push(texts.invitedTo(content.name));
    else if (content.kind === 'event') parts.push(this.#eventText(content.event, message.senderUserId));
    else parts.push(plainly(message, texts));
    if (message.editedAt !== null) parts.push(texts.edited);
    return parts.filter((part) => part !== '').join(', ');
  };

  readonly gap = (after: number, before: number): unknown => {
    const missing = this.host.list.conversation?.messages.get().missing ?? [];
    const count = missing
      .filter(({ afterSeq }) => afterSeq >= after && afterSeq < before)
      .reduce((sum, one) => sum + one.count, 0);
    return count === 0 ? nothing : html`<p class="event missing" role="note">${this.texts.missingMessages(count)}</p>`;
  };

  #eventText(event: ConversationEvent, by: UserId): string {
    return eventText(event, by, this.host.list.summary?.members ?? [], this.texts);
  }

  /** Stands before the first message of a channel. */
  beginning(name: string, hasUnavailableHistory: boolean): TemplateResult {
    return html`<h3>${this.texts.channelBegins(name)}</h3>
      <p class="hint">${lockIcon}${this.texts.channelNotice(name)}</p>
      ${hasUnavailableHistory ? html`<p class="hint">${this.texts.beforeJoining}</p>` : nothing}`;
  }

  /** What floats over the list: the toolbar, menus and questions. */
  overlay(): unknown {
    return this.#actions.render();
  }

  /** Adds the own reaction or takes it back. */
  toggleReaction(message: Message, emoji: string): void {
    if (message.seq === null) return;
    const isOn = message.reactions.some((one) => one.emoji === emoji && one.isOwn);
    const { seq } = message;
    void this.run(async () => this.host.list.conversation?.react(seq, emoji, !isOn));
  }

  /** Shows why `task` failed, if it does. */
  run(task: () => Promise<unknown>): Promise<void> {
    return this.#actions.run(task);
  }
}
