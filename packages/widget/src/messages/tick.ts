import { html, nothing, type TemplateResult } from 'lit';
import type { DeliveryStatus, Message } from '@seal-chat/client';
import { tickIcons } from '../icons.ts';
import type { ChatStrings } from '../i18n/strings.ts';

const ICON: Readonly<Record<DeliveryStatus, TemplateResult>> = {
  sending: tickIcons.sending,
  sent: tickIcons.sent,
  delivered: tickIcons.delivered,
  read: tickIcons.delivered,
  failed: tickIcons.failed,
};

/** How far an own message got, as an icon with a name; nothing for messages of others. */
export function statusTick(message: Message, strings: ChatStrings): TemplateResult | typeof nothing {
  const { status } = message;
  if (status === null) return nothing;
  const name = strings[status];
  return html`<span class="tick ${status}" part="status" role="img" aria-label=${name} title=${name}>
    ${ICON[status]}
  </span>`;
}
