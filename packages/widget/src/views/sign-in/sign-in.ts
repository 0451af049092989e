import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { SIZE_LIMITS, isSealError, type Person } from '@seal-chat/client';
import { base, card, sealMark, warningIcon, Watch } from '@seal-chat/ui';
import { errorText } from '../../error-text.ts';
import { Action } from '../../internal/action.ts';
import { SignInView } from '../../internal/sign-in-view.ts';
import { Lazy } from '../../internal/lazy.ts';
import { settingsJourney } from '../../journeys/settings.ts';
import { personName } from '../../people/name.ts';
import { problemLine } from '../../internal/templates.ts';
import { signInStyles } from './sign-in.styles.ts';

/** What a person without a session sees: a name to choose, and the ways back into an account they have. */
export class SealSignIn extends SignInView {
  static override styles = [base, card, signInStyles];
  static override properties: PropertyDeclarations = {
    page: { state: true },
    name: { state: true },
    isTooShort: { state: true },
    isLeaving: { state: true },
  };

  declare page: 'welcome' | 'link' | 'recover';
  declare name: string;
  declare isTooShort: boolean;
  /** The person wants another account than the one kept on this device, and is asked whether to delete that. */
  declare isLeaving: boolean;

  readonly #account = new Watch(this, () => this.client.account);
  readonly #signingIn = new Action(this);
  readonly #others = new Lazy(this, settingsJourney);

  constructor() {
    super();
    this.page = 'welcome';
    this.name = '';
    this.isTooShort = false;
    this.isLeaving = false;
  }

  #handleName(event: Event): void {
    this.name = (event.target as HTMLInputElement).value;
    this.isTooShort = false;
    this.#signingIn.fail(null);
  }

  #handleSubmit(event: SubmitEvent): void {
    event.preventDefault();
    const username = this.name.trim();
    this.isTooShort = username.length < SIZE_LIMITS.usernameMin;
    if (this.isTooShort) this.byId('name')?.focus();
    else void this.#createAccount(username);
  }

  async #createAccount(username: string | null): Promise<void> {
    const isCreated = await this.#signingIn.run(() => this.client.createAccount({ username }));
    if (!isCreated) this.byId<HTMLInputElement>('name')?.focus();
  }

  #leave(): void {
    void this.#signingIn.run(() => this.client.signOut({ wipe: true }));
    this.isLeaving = false;
  }

  #goTo(page: 'welcome' | 'link' | 'recover'): void {
    this.page = page;
    this.#signingIn.fail(null);
  }

  protected override render(): TemplateResult {
    const account = this.#account.value;
    const back = (): void => this.#goTo('welcome');
    switch (this.page) {
      case 'link':
        return this.#others.render(this.strings, () => html`<seal-link-new @back=${back}></seal-link-new>`);
      case 'recover':
        return this.#others.render(this.strings, () => html`<seal-recover @back=${back}></seal-recover>`);
      case 'welcome':
        return account?.status === 'signed-out' && account.resumable !== null
          ? this.#renderWelcomeBack(account.resumable)
          : this.#renderWelcome();
    }
  }

  #renderWelcome(): TemplateResult {
    const { strings } = this;
    const { isBusy } = this.#signingIn;
    const problem = this.#problem();
    return html`<div class="card" part="sign-in">
      <div class="head">
        ${sealMark}
        <h2>${strings.welcomeTitle}</h2>
        <p class="lead">${strings.welcomeText}</p>
      </div>
      <form novalidate @submit=${this.#handleSubmit}>
        <div class="field">
          <label for="name">${strings.nameLabel}</label>
          <input
            id="name"
            class="input"
            name="username"
            autocomplete="nickname"
            autocapitalize="none"
            spellcheck="false"
            dir="auto"
            maxlength=${SIZE_LIMITS.usernameMax}
            aria-describedby="about-name"
            aria-invalid=${problem === null ? nothing : 'true'}
            .value=${this.name}
            @input=${this.#handleName}
          />
          <p id="about-name" class=${problem === null ? 'hint' : 'problem'} aria-live="polite">
            ${problem === null ? strings.nameHint : html`${warningIcon}<span>${problem}</span>`}
          </p>
        </div>
        <button class="button primary wide" ?disabled=${isBusy}>
          ${isBusy ? html`<span class="spinner"></span>${strings.creatingAccount}` : strings.createAccount}
        </button>
        <div class="guest">
          <button
            type="button"
            class="button secondary wide"
            ?disabled=${isBusy}
            @click=${() => this.#createAccount(null)}
          >
            ${strings.continueAsGuest}
          </button>
          <p class="hint">${strings.guestHint}</p>
        </div>
      </form>
      <div class="foot">
        <h3>${strings.alreadyHere}</h3>
        <div class="ways">
          <button class="button quiet" @click=${() => this.#goTo('link')}>${strings.linkThisDevice}</button>
          <button class="button quiet" @click=${() => this.#goTo('recover')}>${strings.useRecoveryCode}</button>
        </div>
      </div>
    </div>`;
  }

  #renderWelcomeBack(person: Person): TemplateResult {
    const { strings } = this;
    const { isBusy, error } = this.#signingIn;
    const name = personName(person, strings);
    return html`<div class="card" part="sign-in">
      <div class="head">
        ${sealMark}
        <h2>${strings.welcomeBack(name)}</h2>
        <p class="lead">${strings.welcomeBackText}</p>
      </div>
      <div class="stack">
        ${problemLine(error && errorText(error, strings))}
        <button
          class="button primary wide"
          ?disabled=${isBusy}
          @click=${() => this.#signingIn.run(() => this.client.signIn())}
        >
          ${isBusy ? html`<span class="spinner"></span>` : nothing}${strings.continueAs(name)}
        </button>
        ${
          this.isLeaving
            ? html`<p class="hint" role="alert">${strings.useAnotherAccountText}</p>
                <div class="row-of-buttons">
                  <button class="button danger" @click=${this.#leave}>${strings.signOutConfirm}</button>
                  <button class="button quiet" @click=${() => (this.isLeaving = false)}>${strings.cancel}</button>
                </div>`
            : html`<button class="button quiet wide" ?disabled=${isBusy} @click=${() => (this.isLeaving = true)}>
                ${strings.useAnotherAccount}
              </button>`
        }
      </div>
    </div>`;
  }

  /** What is wrong with the name, shown under the field, or `null`. */
  #problem(): string | null {
    const { strings } = this;
    const { error } = this.#signingIn;
    if (this.isTooShort) return strings.nameTooShort;
    if (error === null) return null;
    return isSealError(error, 'BAD_INPUT') ? strings.nameInvalid : errorText(error, strings);
  }
}
