import { html, nothing, type TemplateResult } from 'lit';
import type { Message, MessageId } from '@seal-chat/client';
import { codeText } from '../../error-text.ts';
import { lockIcon, warningIcon } from '../../icons.ts';
import type { ShownStrings } from '../../i18n/strings.ts';
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
  readonly strings: ShownStrings;
  /** Null until it is loaded. */
  readonly rich: RichParts | null;
  readonly onRetry: (messageId: MessageId) => void;
  readonly onDiscard: (messageId: MessageId) => void;
}

/** What messages are made of besides plain text. The part that can show it is fetched when the list is there. */
export interface RichParts {
  /** All of what stands in the place of a bubble; null for messages in bubbles. */
  readonly line: (appearance: MessageAppearance) => TemplateResult | null;
  /** In the bubble, before the text. */
  readonly above: (appearance: MessageAppearance) => unknown;
  /** Every content but plain text. */
  readonly content: (appearance: MessageAppearance) => TemplateResult;
  /** Beside the time. */
  readonly signs: (appearance: MessageAppearance) => unknown;
  /** After the bubble. */
  readonly below: (appearance: MessageAppearance) => unknown;
  /** What a screen reader says of it. */
  readonly spoken: (appearance: MessageAppearance) => string;
  /** What the server kept back between two sequence numbers. */
  readonly gap: (after: number, before: number) => unknown;
}

/** When a message happened, ms: the server's clock, or the sender's until it was accepted. */
export function messageTime(message: Message): number {
  return message.acceptedAt ?? message.sentAt;
}

/** One message with what belongs to it. */
export function messageView(appearance: MessageAppearance): TemplateResult {
  const { message, isFirst, isLast, isTabStop, rich } = appearance;
  const { kind } = message.content;
  const side = message.isOwn ? 'own' : 'other';
  const line = rich?.line(appearance) ?? null;
  const emoji = countEmojiOnly(textOf(message));
  return html`<div
    class="message ${side} ${isFirst ? 'first' : ''} ${isLast ? 'last' : ''} is-${kind}"
    part="message message-${side}"
    role="article"
    data-key=${message.messageId}
    data-status=${message.status ?? nothing}
    tabindex=${isTabStop ? 0 : -1}
    aria-label=${spoken(appearance)}
  >
    ${
      line ??
      html`<div class="bubble ${emoji === 0 ? '' : 'emoji'}" part="bubble bubble-${side}">
          ${rich?.above(appearance)}
          <div class="body" dir="auto">${body(appearance)}${meta(appearance)}</div>
        </div>
        ${rich?.below(appearance)}`
    }
    ${message.status === 'failed' ? failure(appearance) : nothing}
  </div>`;
}

/** What a person has written in `message`; empty when they have not. */
export function textOf({ content }: Message): string {
  return 'text' in content ? content.text : '';
}

function body(appearance: MessageAppearance): TemplateResult {
  const { message, strings, rich } = appearance;
  switch (message.content.kind) {
    case 'text':
      return html`<span class="text">${linked(message.content.text, appearance)}</span>`;
    case 'undecryptable':
      return notice(
        lockIcon,
        message.content.isRetrying ? strings.undecryptableWaiting : strings.undecryptable,
        codeText(message.content.cause, strings),
      );
    case 'unsupported':
      return notice(warningIcon, strings.unsupported, '');
    default:
      return rich?.content(appearance) ?? html`<span class="text">${textOf(message) || '…'}</span>`;
  }
}

/** `text` with its web addresses as links. */
export function linked(text: string, { isTabStop, strings }: MessageAppearance): readonly unknown[] {
  return linkify(text).map((token) =>
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
  );
}

function notice(icon: TemplateResult, text: string, cause: string): TemplateResult {
  return html`<span class="notice"
    >${icon}<span>${text}${cause === '' ? nothing : html` <small>${cause}</small>`}</span></span
  >`;
}

function meta(appearance: MessageAppearance): TemplateResult {
  const { message, strings, isLast, rich } = appearance;
  const at = messageTime(message);
  const signs = rich?.signs(appearance) ?? nothing;
  if (!isLast && signs === nothing) return html``;
  return html`<span class="meta" part="meta"
    >${signs}<time dir=${strings.dir} datetime=${new Date(at).toISOString()} title=${fullLabel(at, strings.lang)}
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
function spoken(appearance: MessageAppearance): string {
  const { message, senderName, strings, rich } = appearance;
  const status = message.status === null ? '' : `, ${strings[message.status]}`;
  const who = message.isOwn ? strings.you : senderName;
  return `${strings.saidBy(who, rich?.spoken(appearance) ?? plainly(message, strings))}, ${timeLabel(messageTime(message), strings.lang)}${status}`;
}

/** `message` in words, as far as it is plain. */
export function plainly({ content: what }: Message, strings: ShownStrings): string {
  if ('text' in what) return what.text;
  return what.kind === 'undecryptable' || what.kind === 'unsupported' ? strings[what.kind] : '';
}
