import { html, nothing } from 'lit';
import { forwardIcon, timerIcon } from '@seal-chat/ui';
import type { MessageTexts } from '../../internal/message-texts.ts';
import { fullLabel } from '../../time/dates.ts';
import type { MessageAppearance } from '../message-list/host.ts';

/** What is special about a message, next to its time; `nothing` when nothing is. */
export function signs({ message }: MessageAppearance, texts: MessageTexts): unknown {
  const { editedAt, expiresAt, isShared, content } = message;
  if (content.kind === 'deleted' || (editedAt === null && expiresAt === null && !isShared)) return nothing;
  return html`${isShared ? sign(forwardIcon, texts.handedOver) : nothing}
  ${expiresAt === null ? nothing : sign(timerIcon, texts.disappearsAt(fullLabel(expiresAt, texts.lang)))}
  ${editedAt === null ? nothing : html`<span title=${fullLabel(editedAt, texts.lang)}>${texts.edited}</span>`} `;
}

function sign(icon: unknown, name: string): unknown {
  return html`<span class="sign" role="img" aria-label=${name} title=${name}>${icon}</span>`;
}
