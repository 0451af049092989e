import { html, nothing, type TemplateResult } from 'lit';
import { lockIcon, warningIcon } from '@seal-chat/ui';
import { codeText } from '../../error-text.ts';
import { messageTime, plainly, textOf } from '../../messages/text.ts';
import { statusTick } from '../../messages/tick.ts';
import { countEmojiOnly } from '../../text/emoji.ts';
import { fullLabel, timeLabel } from '../../time/dates.ts';
import type { MessageAppearance } from './host.ts';

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

function body(appearance: MessageAppearance): TemplateResult {
  const { message, strings, rich } = appearance;
  switch (message.content.kind) {
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
      <button class="retry" @click=${() => onRetry(message.messageId)}>${strings.retry}</button>
      <button class="retry" @click=${() => onDiscard(message.messageId)}>${strings.discard}</button>
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
