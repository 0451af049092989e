import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { Conversation, ConversationSummary } from '@seal-chat/client';
import { base, notice } from '@seal-chat/ui';
import { errorText } from '../../error-text.ts';
import { Action } from '../../internal/action.ts';
import { SocialView } from '../../internal/social-view.ts';
import { problemLine } from '../../internal/templates.ts';
import { personName } from '../../people/name.ts';

/**
 * Takes the composer's place in the DM with a stranger, who is let in or not, or with a person who is blocked. Tells
 * `back` when the conversation is gone.
 */
export class SealRequestBar extends SocialView {
  static override styles = [
    base,
    notice,
    css`
      :host {
        display: grid;
        flex: none;
        gap: 10px;
        padding: 12px 16px 16px;
        border-block-start: 1px solid var(--_line);
        text-align: center;
      }
      .about {
        color: var(--_text-2);
        font-size: var(--_f-s);
        text-wrap: pretty;
        overflow-wrap: anywhere;
      }
      .choices {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: 8px;
      }
      .delete {
        justify-self: center;
      }
    `,
  ];
  static override properties: PropertyDeclarations = {
    conversation: { attribute: false },
    summary: { attribute: false },
  };

  declare conversation: Conversation | null;
  declare summary: ConversationSummary | null;

  readonly #answering = new Action(this);

  constructor() {
    super();
    this.conversation = null;
    this.summary = null;
  }

  async #delete(): Promise<void> {
    if (await this.#answering.run(async () => this.conversation?.deleteChat())) this.tell('back');
  }

  async #block(): Promise<void> {
    const userId = this.summary?.peer?.userId;
    if (userId === undefined) return;
    if (await this.#answering.run(() => this.client.block(userId))) this.tell('back');
  }

  protected override render(): TemplateResult | typeof nothing {
    const { strings, summary } = this;
    const peer = summary?.peer ?? null;
    if (summary === null || peer === null) return nothing;
    const { isBusy, error } = this.#answering;
    const name = personName(peer, strings);
    const problem = problemLine(error && errorText(error, strings));
    if (summary.isBlocked)
      return html`<p>${strings.youBlocked(name)}</p>
        <p class="about">${strings.youBlockedText}</p>
        ${problem}
        <button
          class="button secondary"
          ?disabled=${isBusy}
          @click=${() => this.#answering.run(() => this.client.unblock(peer.userId))}
        >
          ${strings.unblock}
        </button>`;
    return html`<p class="about">
        ${peer.username === null ? strings.requestGuest : strings.requestPerson} ${strings.requestHint(name)}
      </p>
      ${problem}
      <div class="choices">
        <button class="button danger" ?disabled=${isBusy} @click=${this.#block}>${strings.block}</button>
        <button
          class="button primary"
          ?disabled=${isBusy}
          @click=${() => this.#answering.run(async () => this.conversation?.accept())}
        >
          ${strings.acceptRequest}
        </button>
      </div>
      <button class="button quiet delete" ?disabled=${isBusy} @click=${this.#delete}>${strings.deleteChat}</button>`;
  }
}
