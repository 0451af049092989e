import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { base, card, checkIcon } from '@seal-chat/ui';
import { AccountView } from '../../internal/account-view.ts';

/** Shows a recovery code, the only time it can be shown. Tells `saved` when the person has kept it. */
export class SealRecoveryCode extends AccountView {
  static override styles = [base, card];
  static override properties: PropertyDeclarations = {
    code: { attribute: false },
    isCopied: { state: true },
    isSaved: { state: true },
  };

  declare code: string;
  declare isCopied: boolean;
  declare isSaved: boolean;

  constructor() {
    super();
    this.code = '';
    this.isCopied = false;
    this.isSaved = false;
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

  protected override render(): TemplateResult {
    const { strings } = this;
    return html`<div class="card" part="recovery-code">
      <div class="head">
        <h2>${strings.recoveryTitle}</h2>
        <p class="lead">${strings.recoveryText}</p>
      </div>
      <div class="stack">
        <p id="code" class="code" dir="ltr" translate="no" aria-label=${strings.recoveryCodeLabel}>${this.code}</p>
        <button class="button secondary wide" @click=${this.#copy}>
          ${this.isCopied ? html`${checkIcon}<span role="status">${strings.copied}</span>` : strings.copy}
        </button>
        <label class="check">
          <input
            type="checkbox"
            .checked=${this.isSaved}
            @change=${(event: Event) => (this.isSaved = (event.target as HTMLInputElement).checked)}
          />
          <span>${strings.recoverySaved}</span>
        </label>
        <button class="button primary wide" ?disabled=${!this.isSaved} @click=${() => this.tell('saved')}>
          ${strings.recoveryContinue}
        </button>
      </div>
    </div>`;
  }
}
