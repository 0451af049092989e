import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { base, card } from '@seal-chat/ui';
import { errorText } from '../../error-text.ts';
import { AccountView } from '../../internal/account-view.ts';
import { Action } from '../../internal/action.ts';
import { codeField } from '../account/code-field.ts';
import { accountPage } from '../account/page.ts';

/** Asks for the recovery code: to finish what waits for it, or to make a new one. Tells `back`, and `saved` when done. */
export class SealUnlock extends AccountView {
  static override styles = [base, card];
  static override properties: PropertyDeclarations = { purpose: { attribute: false }, code: { state: true } };

  declare purpose: 'removal' | 'key' | 'new-code';
  declare code: string;

  readonly #working = new Action(this);

  constructor() {
    super();
    this.purpose = 'removal';
    this.code = '';
  }

  protected override firstUpdated(): void {
    this.byId('code')?.focus();
  }

  #handleSubmit(event: SubmitEvent): void {
    event.preventDefault();
    const recoveryCode = this.code.trim();
    if (recoveryCode === '') {
      this.byId('code')?.focus();
      return;
    }
    void this.#working
      .run(async () => {
        if (this.purpose === 'new-code') await this.client.replaceRecoveryCode({ recoveryCode });
        else await this.client.unlock({ recoveryCode });
      })
      .then((isDone) => (isDone ? this.tell('saved') : undefined));
  }

  protected override render(): TemplateResult {
    const { strings, purpose } = this;
    const texts = { removal: strings.unlockRemoval, key: strings.unlockKey, 'new-code': strings.newCodeText };
    const page = { title: strings.unlockTitle, lead: texts[purpose], content: this.#renderForm() };
    return accountPage({ ...page, onBack: () => this.tell('back') }, strings);
  }

  #renderForm(): TemplateResult {
    const { strings } = this;
    const { isBusy, error } = this.#working;
    return html`<form novalidate @submit=${this.#handleSubmit}>
      ${codeField({
        label: strings.recoveryCodeLabel,
        value: this.code,
        problem: error && errorText(error, strings),
        autocomplete: 'off',
        onInput: (code) => (this.code = code),
      })}
      <button class="button primary wide" ?disabled=${isBusy}>
        ${isBusy ? html`<span class="spinner"></span>` : nothing}${strings.linkAction}
      </button>
      ${isBusy ? html`<p class="hint" role="status">${strings.recovering}</p>` : nothing}
    </form>`;
  }
}
