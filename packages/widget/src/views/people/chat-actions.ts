import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { Conversation, ConversationSummary } from '@seal-chat/client';
import { base, blockIcon, deleteIcon, notice } from '@seal-chat/ui';
import { errorText } from '../../error-text.ts';
import { Action } from '../../internal/action.ts';
import { SocialView } from '../../internal/social-view.ts';
import { problemLine } from '../../internal/templates.ts';
import { personName } from '../../people/name.ts';
import { focusQuestion, question } from '../channels/details/question.ts';

type Asked = 'block' | 'delete';

/** What ends a chat: blocking the other person, and deleting its messages. */
export class SealChatActions extends SocialView {
  static override styles = [
    base,
    notice,
    css`
      :host {
        display: grid;
        justify-items: start;
        gap: 4px;
        margin: 0 12px 12px;
        padding: 6px 12px;
        border-radius: var(--_r);
        background: var(--_sunken);
      }
      .button {
        padding-inline: 0;
        text-align: start;
      }
      .question {
        inline-size: 100%;
        margin-block: 6px;
      }
      .question .button {
        padding-inline: 14px;
      }
      @media (forced-colors: active) {
        :host {
          border: 1px solid CanvasText;
        }
      }
    `,
  ];
  static override properties: PropertyDeclarations = {
    conversation: { attribute: false },
    summary: { attribute: false },
    asked: { state: true },
  };

  declare conversation: Conversation | null;
  declare summary: ConversationSummary | null;
  declare asked: Asked | null;

  readonly #working = new Action(this);

  constructor() {
    super();
    this.conversation = null;
    this.summary = null;
    this.asked = null;
  }

  async #ask(what: Asked): Promise<void> {
    this.asked = what;
    await this.updateComplete;
    focusQuestion(this.renderRoot);
  }

  async #answer(what: Asked, task: (() => Promise<unknown>) | null): Promise<void> {
    this.asked = null;
    if (task !== null) await this.#working.run(task);
    await this.updateComplete;
    this.byId(what)?.focus();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { strings, summary, conversation } = this;
    if (summary === null) return nothing;
    const { peer } = summary;
    const { error } = this.#working;
    const name = personName(peer, strings);
    return html`${problemLine(error && errorText(error, strings))}
    ${
      peer === null
        ? nothing
        : summary.isBlocked
          ? html`<button
              id="block"
              class="button quiet"
              ?disabled=${this.#working.isBusy}
              @click=${() => this.#answer('block', () => this.client.unblock(peer.userId))}
            >
              ${blockIcon}${strings.unblockNamed(name)}
            </button>`
          : this.#renderStep('block', {
              icon: blockIcon,
              label: strings.blockNamed(name),
              text: strings.blockConfirm(name),
              yes: strings.block,
              task: () => this.client.block(peer.userId),
            })
    }
    ${this.#renderStep('delete', {
      icon: deleteIcon,
      label: strings.deleteChat,
      text: strings.deleteChatConfirm,
      yes: strings.deleteChat,
      task: async () => conversation?.deleteChat(),
    })}`;
  }

  #renderStep(
    what: Asked,
    step: {
      readonly icon: TemplateResult;
      readonly label: string;
      readonly text: string;
      readonly yes: string;
      readonly task: () => Promise<unknown>;
    },
  ): TemplateResult {
    const { icon, label, text, yes, task } = step;
    if (this.asked === what)
      return question({
        text,
        yes,
        no: this.strings.cancel,
        onYes: () => void this.#answer(what, task),
        onNo: () => void this.#answer(what, null),
      });
    return html`<button
      id=${what}
      class="button quiet danger"
      ?disabled=${this.#working.isBusy}
      @click=${() => this.#ask(what)}
    >
      ${icon}${label}
    </button>`;
  }
}
