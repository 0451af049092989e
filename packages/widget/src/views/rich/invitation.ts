import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { Message } from '@seal-chat/client';
import { base, controls } from '@seal-chat/ui';
import { messageListTexts } from '../../internal/message-list-texts.ts';
import { SealView } from '../../internal/seal-view.ts';
import type { MessageListHost } from '../message-list/host.ts';
import { nameOf } from './names.ts';

/** Invites to a channel; the message itself shows what came of it. */
export class SealInvitation extends SealView {
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: grid;
        gap: 6px;
        min-inline-size: min(15rem, 60cqi);
        padding-block: 4px;
        overflow-wrap: anywhere;
      }
      .answers {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        padding-block-start: 4px;
      }
      .secondary {
        background: var(--_ground);
        color: var(--_text);
      }
      .outcome {
        font-size: var(--_f-s);
      }
    `,
  ];
  static override properties: PropertyDeclarations = {
    message: { attribute: false },
    host: { attribute: false },
    isTabStop: { attribute: false },
  };

  declare message: Message | null;
  declare host: MessageListHost | null;
  /** Takes part in tabbing. */
  declare isTabStop: boolean;

  constructor() {
    super();
    this.message = null;
    this.host = null;
    this.isTabStop = false;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { message, host } = this;
    if (message?.content.kind !== 'invitation' || host === null) return nothing;
    const { channelId, name, description, state } = message.content;
    const { isOwn } = message;
    const texts = messageListTexts(host.strings);
    const tabStop = this.isTabStop ? 0 : -1;
    const join = async (): Promise<void> => {
      const { conversationId } = await host.client.joinChannel(channelId);
      host.open(conversationId);
    };
    const said = name || '…';
    const isSaid = !isOwn && name !== '' && state !== 'accepted';
    return html`<b dir="auto">${isOwn ? texts.invitationSent(said) : texts.invitedTo(said)}</b>
      ${isSaid ? html`<span class="outcome">${texts.invitationSaidBy(nameOf(message.senderUserId, host))}</span>` : nothing}
      ${description === '' ? nothing : html`<span dir="auto">${description}</span>`}
      ${
        state === 'open' && !isOwn
          ? html`<div class="answers">
              <button class="button primary" tabindex=${tabStop} @click=${() => this.#answer(join)}>
                ${texts.joinChannel}
              </button>
              <button
                class="button secondary"
                tabindex=${tabStop}
                @click=${() => this.#answer(() => host.client.declineInvitation(channelId))}
              >
                ${texts.declineChannel}
              </button>
            </div>`
          : nothing
      }
      ${state === 'accepted' && !isOwn ? html`<span class="outcome">${texts.invitationAccepted}</span>` : nothing}
      ${state === 'gone' ? html`<span class="outcome">${texts.invitationGone}</span>` : nothing}`;
  }

  async #answer(task: () => Promise<unknown>): Promise<void> {
    const buttons = [...this.renderRoot.querySelectorAll('button')];
    for (const button of buttons) button.disabled = true;
    await this.host?.run(task);
    for (const button of buttons) button.disabled = false;
  }
}
