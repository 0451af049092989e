import { html, type TemplateResult } from 'lit';
import type { Message } from '@seal-chat/client';
import { socialStrings } from '../../internal/social-view.ts';
import type { MessageListHost } from '../message-list/host.ts';

/** Messages in a channel of people who are blocked: a line each, until the person asks for one. */
export class CollapsedMessages {
  readonly #host: MessageListHost;
  readonly #asked = new Set<string>();

  constructor(host: MessageListHost) {
    this.#host = host;
  }

  has({ messageId, senderUserId, content }: Message): boolean {
    if (content.kind === 'event' || this.#asked.has(messageId)) return false;
    return this.#host.client.blocked.get().some(({ userId }) => userId === senderUserId);
  }

  /** What a screen reader says of one. */
  spoken(senderName: string): string {
    return socialStrings(this.#host.strings).blockedMessage(senderName);
  }

  line({ messageId }: Message, senderName: string): TemplateResult {
    const texts = socialStrings(this.#host.strings);
    const show = (): void => {
      this.#asked.add(messageId);
      void this.#host.update();
    };
    return html`<p class="event">
      ${texts.blockedMessage(senderName)} <button class="retry" @click=${show}>${texts.showBlocked}</button>
    </p>`;
  }
}
