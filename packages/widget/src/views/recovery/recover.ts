import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { SIZE_LIMITS } from '@seal-chat/client';
import { base, card } from '@seal-chat/ui';
import { errorText } from '../../error-text.ts';
import { Action } from '../../internal/action.ts';
import { AccountView } from '../../internal/account-view.ts';
import { codeField } from '../account/code-field.ts';
import { accountPage } from '../account/page.ts';

/** Brings an account back by its name and recovery code. Tells `back`. */
export class SealRecover extends AccountView {
  static override styles = [base, card];
  static override properties: PropertyDeclarations = { name: { state: true }, code: { state: true } };

  declare name: string;
  declare code: string;

  readonly #recovering = new Action(this);

  constructor() {
    super();
    this.name = '';
    this.code = '';
  }

  #handleSubmit(event: SubmitEvent): void {
    event.preventDefault();
    const username = this.name.trim();
    const recoveryCode = this.code.trim();
    if (username === '') this.byId('name')?.focus();
    else if (recoveryCode === '') this.byId('code')?.focus();
    else void this.#recovering.run(() => this.client.recover({ username, recoveryCode }));
  }

  protected override firstUpdated(): void {
    this.byId('name')?.focus();
  }

  protected override render(): TemplateResult {
    const { strings } = this;
    return accountPage(
      {
        title: strings.recoverTitle,
        lead: strings.recoverText,
        content: this.#renderForm(),
        onBack: () => this.tell('back'),
      },
      strings,
    );
  }

  #renderForm(): TemplateResult {
    const { strings } = this;
    const { isBusy, error } = this.#recovering;
    return html`<form novalidate @submit=${this.#handleSubmit}>
      <div class="field">
        <label for="name">${strings.yourName}</label>
        <input
          id="name"
          class="input"
          name="username"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          dir="auto"
          maxlength=${SIZE_LIMITS.usernameMax}
          .value=${this.name}
          @input=${(event: Event) => (this.name = (event.target as HTMLInputElement).value)}
        />
      </div>
      ${codeField({
        label: strings.recoveryCodeLabel,
        value: this.code,
        problem: error && errorText(error, strings),
        autocomplete: 'off',
        onInput: (code) => (this.code = code),
      })}
      <button class="button primary wide" ?disabled=${isBusy}>
        ${isBusy ? html`<span class="spinner"></span>` : nothing}${strings.recoverAction}
      </button>
      ${isBusy ? html`<p class="hint" role="status">${strings.recovering}</p>` : nothing}
    </form>`;
  }
}
