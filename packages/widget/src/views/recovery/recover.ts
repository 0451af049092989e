import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { SIZE_LIMITS } from '@seal-chat/client';
import { backIcon, base, card, warningIcon } from '@seal-chat/ui';
import { errorText } from '../../error-text.ts';
import { Action } from '../../internal/action.ts';
import { AccountView } from '../../internal/account-view.ts';

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
    const { isBusy, error } = this.#recovering;
    return html`<div class="bar">
        <button class="icon-button" aria-label=${strings.back} title=${strings.back} @click=${() => this.tell('back')}>
          ${backIcon}
        </button>
      </div>
      <div class="card">
        <div class="head">
          <h2>${strings.recoverTitle}</h2>
          <p class="lead">${strings.recoverText}</p>
        </div>
        <form novalidate @submit=${this.#handleSubmit}>
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
          <div class="field">
            <label for="code">${strings.recoveryCodeLabel}</label>
            <input
              id="code"
              class="input code-input"
              autocomplete="off"
              autocapitalize="characters"
              spellcheck="false"
              dir="ltr"
              aria-invalid=${error === null ? nothing : 'true'}
              aria-describedby=${error === null ? nothing : 'problem'}
              .value=${this.code}
              @input=${(event: Event) => (this.code = (event.target as HTMLInputElement).value)}
            />
          </div>
          ${
            error === null
              ? nothing
              : html`<p id="problem" class="problem" role="alert">
                  ${warningIcon}<span>${errorText(error, strings)}</span>
                </p>`
          }
          <button class="button primary wide" ?disabled=${isBusy}>
            ${isBusy ? html`<span class="spinner"></span>` : nothing}${strings.recoverAction}
          </button>
          ${isBusy ? html`<p class="hint" role="status">${strings.recovering}</p>` : nothing}
        </form>
      </div>`;
  }
}
