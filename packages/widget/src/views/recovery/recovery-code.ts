import { css, html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { base, card, checkIcon, copyIcon, downloadIcon } from '@seal-chat/ui';
import { errorText } from '../../error-text.ts';
import { Action } from '../../internal/action.ts';
import { SignInView } from '../../internal/sign-in-view.ts';
import { problemLine } from '../../internal/templates.ts';

/** How many characters of the code are typed back. */
const PROOF_LENGTH = 4;

/**
 * Shows a recovery code, the only time it can be shown, and has the person type its end back: a code that was not kept
 * is no way back. The view goes when the device has forgotten the code.
 */
export class SealRecoveryCode extends SignInView {
  static override styles = [
    base,
    card,
    css`
      .row-of-buttons > .button {
        flex: 1;
        color: inherit;
        text-decoration: none;
      }
    `,
  ];
  static override properties: PropertyDeclarations = {
    code: { attribute: false },
    isCopied: { state: true },
    proof: { state: true },
  };

  declare code: string;
  declare isCopied: boolean;
  declare proof: string;

  readonly #confirming = new Action(this);

  constructor() {
    super();
    this.code = '';
    this.isCopied = false;
    this.proof = '';
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('h2')?.focus();
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.code);
      this.isCopied = true;
    } catch {
      // Without permission to write, the person copies by hand: the code is selected for that.
      const shown = this.byId('code');
      if (shown !== null) getSelection()?.selectAllChildren(shown);
    }
  }

  /** The code as a text file; made without a blob, which a page's policy may forbid. */
  #file(): string {
    const { recoveryCodeLabel, recoveryText } = this.strings;
    const account = this.client.account.get();
    const name = account.status === 'signed-in' && account.username !== null ? `: ${account.username}` : '';
    const text = `${recoveryCodeLabel}${name}\n\n${this.code}\n\n${recoveryText}\n`;
    return `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`;
  }

  async #handleSubmit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const proof = this.proof.trim();
    if (!(await this.#confirming.run(() => this.client.confirmRecoveryCode(proof)))) this.byId('proof')?.focus();
  }

  protected override render(): TemplateResult {
    const { strings } = this;
    return html`<div class="card" part="recovery-code">
      <div class="head">
        <h2 tabindex="-1">${strings.recoveryTitle}</h2>
        <p class="lead">${strings.recoveryText}</p>
      </div>
      <div class="stack">
        <p id="code" class="code groups" dir="ltr" translate="no" aria-label=${strings.recoveryCodeLabel}>
          ${this.code.split('-').map((group) => html`<span>${group}</span>`)}
        </p>
        <div class="row-of-buttons">
          <button class="button secondary" @click=${this.#copy}>
            ${this.isCopied ? html`${checkIcon}<span role="status">${strings.copied}</span>` : html`${copyIcon}${strings.copy}`}
          </button>
          <a class="button secondary" download="recovery-code.txt" href=${this.#file()}>
            ${downloadIcon}${strings.saveFile}
          </a>
        </div>
        ${this.#renderProof()}
      </div>
    </div>`;
  }

  #renderProof(): TemplateResult {
    const { strings } = this;
    const { isBusy, error } = this.#confirming;
    return html`<form novalidate @submit=${this.#handleSubmit}>
      <div class="field">
        <label for="proof">${strings.recoveryProof}</label>
        <input
          id="proof"
          class="input code-input"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          dir="ltr"
          maxlength=${PROOF_LENGTH}
          .value=${this.proof}
          @input=${(event: Event) => (this.proof = (event.target as HTMLInputElement).value)}
        />
      </div>
      ${problemLine(error && errorText(error, strings))}
      <button class="button primary wide" ?disabled=${isBusy || this.proof.trim().length < PROOF_LENGTH}>
        ${strings.recoveryContinue}
      </button>
    </form>`;
  }
}
