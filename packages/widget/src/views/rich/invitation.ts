import { html, nothing, type TemplateResult } from 'lit';
import type { MessageView } from '@seal-chat/client';
import { messageListTexts } from '../../internal/message-list-texts.ts';
import type { MessageAppearance, MessageListHost } from '../message-list/host.ts';

type Invitation = Extract<MessageView, { kind: 'invitation' }>;

/** Invites to a channel; the message itself shows what came of it. */
export function invitation(
  { channelId, name, description, state }: Invitation,
  { message, isTabStop }: MessageAppearance,
  host: MessageListHost,
): TemplateResult {
  const texts = messageListTexts(host.strings);
  const tabStop = isTabStop ? 0 : -1;
  return html`<div class="invitation">
    <b dir="auto">${message.isOwn ? texts.invitationSent(name) : texts.invitedTo(name)}</b>
    ${description === '' ? nothing : html`<span dir="auto">${description}</span>`}
    ${
      state === 'open' && !message.isOwn
        ? html`<div class="answers">
            <button class="button primary" tabindex=${tabStop} @click=${(event: Event) => void answer(event, join)}>
              ${texts.joinChannel}
            </button>
            <button
              class="button secondary"
              tabindex=${tabStop}
              @click=${(event: Event) => void answer(event, () => host.client.declineInvitation(channelId))}
            >
              ${texts.declineChannel}
            </button>
          </div>`
        : nothing
    }
    ${state === 'accepted' && !message.isOwn ? html`<span class="outcome">${texts.invitationAccepted}</span>` : nothing}
    ${state === 'gone' ? html`<span class="outcome">${texts.invitationGone}</span>` : nothing}
  </div>`;

  async function join(): Promise<void> {
    const { conversationId } = await host.client.joinChannel(channelId);
    host.open(conversationId);
  }

  async function answer(event: Event, task: () => Promise<unknown>): Promise<void> {
    const buttons = [...(event.currentTarget as HTMLElement).parentElement!.querySelectorAll('button')];
    for (const button of buttons) button.disabled = true;
    await host.run(task);
    for (const button of buttons) button.disabled = false;
  }
}
