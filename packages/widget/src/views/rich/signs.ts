import { html, nothing } from 'lit';
import { forwardIcon, timerIcon } from '@seal-chat/ui';
import type { MessageListTexts } from '../../internal/message-list-texts.ts';
import { fullLabel } from '../../time/dates.ts';
import { durationLabel } from '../../time/duration.ts';
import type { MessageAppearance } from '../message-list/host.ts';

/** What is special about a message, next to its time; `nothing` when nothing is. */
export function signs({ message }: MessageAppearance, texts: MessageListTexts): unknown {
  const { editedAt, expiresAt, unusualLifetime: unusual, isShared, content } = message;
  const isPlain = editedAt === null && expiresAt === null && unusual === null && !isShared;
  if (content.kind === 'deleted' || isPlain) return nothing;
  return html`${isShared ? sign(forwardIcon, texts.handedOver) : nothing}
  ${expiresAt === null ? nothing : sign(timerIcon, texts.disappearsAt(fullLabel(expiresAt, texts.lang)))}
  ${unusual === null ? nothing : html`<span class="unusual">${unusualText(unusual, texts)}</span>`}
  ${editedAt === null ? nothing : html`<span title=${fullLabel(editedAt, texts.lang)}>${texts.edited}</span>`} `;
}

/** Another lifetime than the conversation's is said in words: its sender alone chose it. */
function unusualText(seconds: number, texts: MessageListTexts): string {
  return seconds === 0 ? texts.unusuallyKept : texts.unusualLifetime(durationLabel(seconds, texts.lang));
}

function sign(icon: unknown, name: string): unknown {
  return html`<span class="sign" role="img" aria-label=${name} title=${name}>${icon}</span>`;
}
