import { html, nothing, type TemplateResult } from 'lit';
import type { Message } from '@seal-chat/client';
import { messageState } from '@seal-chat/ui';
import type { ChatStrings } from '../i18n/strings.ts';

/** How far a message of this person got, as a shape with a name; nothing for messages of others. */
export function statusTick(message: Message, strings: ChatStrings): TemplateResult | typeof nothing {
  const { status } = message;
  if (status === null) return nothing;
  const name = strings[status];
  return html`<span class="tick ${status}" part="status" role="img" aria-label=${name} title=${name}>
    ${messageState(status)}
  </span>`;
}
