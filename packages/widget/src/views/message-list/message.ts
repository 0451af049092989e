import { html, nothing, type TemplateResult } from 'lit';
import type { Message, MessageId } from '@seal-chat/client';
import { codeText } from '../../error-text.ts';
import { lockIcon, warningIcon } from '../../icons.ts';
import type { ChatStrings } from '../../i18n/strings.ts';
import { statusTick } from '../../messages/tick.ts';
import { countEmojiOnly } from '../../text/emoji.ts';
import { linkify } from '../../text/linkify.ts';
import { fullLabel, timeLabel } from '../../time/dates.ts';

/** All that decides how one message looks. */
export interface MessageAppearance {
  readonly message: Message;
  /** The sender, as they are called. */
  readonly senderName: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** Takes part in tabbing. */
  readonly isTabStop: boolean;
  readonly strings: ChatStrings;
  readonly onRetry: (messageId: MessageId) => void;
  readonly onDiscard: (messageId: MessageId) => void;
}

/** When a message happened, ms: the server's clock, or the sender's until it was accepted. */
export function messageTime(message: Message): number {
  return message.acceptedAt ?? message.sentAt;
}

/** One message with what belongs to it. */
export function messageView(appearance: MessageAppearance): TemplateResult {
  const { message, isFirst, isLast, isTabStop } = appearance;
  const side = message.isOwn ? 'own' : 'other';
  const emoji = message.content.kind === 'text' ? countEmojiOnly(message.content.text) : 0;
  return html`<div
    class="message ${side} ${isFirst ? 'first' : ''} ${isLast ? 'last' : ''} is-${message.content.kind}"
    part="message message-${side}"
    role="article"
    data-key=${message.messageId}
    data-status=${message.status ?? nothing}
    tabindex=${isTabStop ? 0 : -1}
    aria-label=${spoken(appearance)}
  >
    <div class="bubble ${emoji === 0 ? '' : 'emoji'}" part="bubble bubble-${side}">
      <div class="body" dir="auto">${content(appearance)}${isLast ? meta(appearance) : nothing}</div>
    </div>
    ${message.status === 'failed' ? failure(appearance) : nothing}
  </div>`;
}

function content({ message, isTabStop, strings }: MessageAppearance): TemplateResult {
  switch (message.content.kind) {
    case 'text':
      return html`<span class="text"
        >${linkify(message.content.text).map((token) =>
          token.kind === 'text'
            ? token.text
            : html`<a
                href=${token.href}
                target="_blank"
                rel="noopener noreferrer"
                title=${strings.linkOpensNewTab}
                tabindex=${isTabStop ? 0 : -1}
                >${token.text}</a
              >`,
        )}</span
      >`;
    case 'undecryptable':
      return notice(
        lockIcon,
        message.content.isRetrying ? strings.undecryptableWaiting : strings.undecryptable,
        codeText(message.content.cause, strings),
      );
    default:
      return notice(warningIcon, strings.unsupported, '');
  }
}

function notice(icon: TemplateResult, text: string, cause: string): TemplateResult {
  return html`<span class="notice"
    >${icon}<span>${text}${cause === '' ? nothing : html` <small>${cause}</small>`}</span></span
  >`;
}

function meta({ message, strings }: MessageAppearance): TemplateResult {
  const at = messageTime(message);
  return html`<span class="meta" part="meta"
    ><time dir=${strings.dir} datetime=${new Date(at).toISOString()} title=${fullLabel(at, strings.lang)}
      >${timeLabel(at, strings.lang)}</time
    >${statusTick(message, strings)}</span
  >`;
}

function failure({ message, strings, onRetry, onDiscard }: MessageAppearance): TemplateResult {
  return html`<div class="failure" role="alert">
    <span>${strings.failed} ${message.failure === null ? '' : codeText(message.failure.code, strings)}</span>
    <span class="remedies">
      <button class="remedy" @click=${() => onRetry(message.messageId)}>${strings.retry}</button>
      <button class="remedy" @click=${() => onDiscard(message.messageId)}>${strings.discard}</button>
    </span>
  </div>`;
}

/** What a screen reader says when it comes to the message. */
function spoken({ message, senderName, strings }: MessageAppearance): string {
  const status = message.status === null ? '' : `, ${strings[message.status]}`;
  const { content } = message;
  const what =
    content.kind === 'text'
      ? content.text
      : strings[content.kind === 'undecryptable' ? 'undecryptable' : 'unsupported'];
  const who = message.isOwn ? strings.you : senderName;
  return `${strings.saidBy(who, what)}, ${timeLabel(messageTime(message), strings.lang)}${status}`;
}
