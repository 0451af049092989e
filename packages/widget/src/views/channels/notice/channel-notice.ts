import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { ConversationSummary } from '@seal-chat/client';
import { base, notice, warningIcon, Watch } from '@seal-chat/ui';
import { Action } from '../../../internal/action.ts';
import { ChannelView } from '../../../internal/channel-view.ts';
import { problemLine } from '../../../internal/templates.ts';
import { joinErrorText } from '../join-error.ts';

/** Takes the composer's place while nothing can be written in a channel, and says why and what one can do. */
export class SealChannelNotice extends ChannelView {
  static override styles = [
    base,
    notice,
    css`
      .notice {
        margin: 8px 12px 12px;
      }
      h3 {
        display: flex;
        align-items: center;
        gap: 8px;
      }
    `,
  ];
  static override properties: PropertyDeclarations = { summary: { attribute: false } };

  declare summary: ConversationSummary | null;

  readonly #invitations = new Watch(this, () => this.client.invitations);
  readonly #joining = new Action(this);

  constructor() {
    super();
    this.summary = null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { strings, summary } = this;
    switch (summary?.channel?.state) {
      case 'joining':
        return html`<section class="notice calm" role="status">
          <h3><span class="spinner"></span>${strings.joining}</h3>
          <p class="hint">${strings.joiningText}</p>
        </section>`;
      case 'left': {
        const isInvited = this.#invitations.value?.some((one) => one.conversationId === summary.conversationId);
        return html`<section class="notice calm" role="status">
          <h3>${strings.notIn}</h3>
          <p class="hint">${strings.notInText}</p>
          ${isInvited || summary.channel.visibility === 'public' ? this.#renderJoin(summary) : nothing}
        </section>`;
      }
      case 'broken':
        return html`<section class="notice" role="alert">
          <h3>${warningIcon}<span>${strings.broken}</span></h3>
          <p>${strings.brokenText}</p>
        </section>`;
      default:
        return nothing;
    }
  }

  #renderJoin({ conversationId }: ConversationSummary): TemplateResult {
    const { isBusy, error } = this.#joining;
    return html`${problemLine(error && joinErrorText(error, this.strings))}
      <button
        class="button secondary"
        aria-disabled=${isBusy ? 'true' : nothing}
        @click=${() => this.#joining.run(() => this.client.joinChannel(conversationId))}
      >
        ${isBusy ? html`<span class="spinner"></span>` : nothing}${this.strings.joinAgain}
      </button>`;
  }
}
