import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { avatarStyles, base, eyeIcon, nextIcon, Watch } from '@seal-chat/ui';
import { errorText } from '../../error-text.ts';
import { Action } from '../../internal/action.ts';
import { AccountView } from '../../internal/account-view.ts';
import { Lazy } from '../../internal/lazy.ts';
import { socialStrings } from '../../internal/social-view.ts';
import { peopleJourney } from '../../journeys/people.ts';
import { avatar } from '../../people/avatar.ts';
import { personName } from '../../people/name.ts';
import { backButton, problemLine } from '../../internal/templates.ts';
import { question } from './question.ts';
import { settingsStyles } from './settings.styles.ts';

/** The person's account: its devices, linking a new one, a new recovery code, signing out. Tells `back`. */
export class SealSettings extends AccountView {
  static override styles = [base, avatarStyles, settingsStyles];
  static override properties: PropertyDeclarations = {
    page: { state: true },
    isAsked: { state: true },
  };

  declare page: 'overview' | 'link' | 'unlock' | 'new-code' | 'privacy';
  /** The person is asked whether everything here is to be deleted. */
  declare isAsked: boolean;

  readonly #account = new Watch(this, () => this.client.account);
  readonly #atRest = new Watch(this, () => this.client.atRest);
  readonly #people = new Lazy(this, peopleJourney);
  readonly #working = new Action(this);

  constructor() {
    super();
    this.page = 'overview';
    this.isAsked = false;
  }

  /** Puts the focus on the heading. */
  override focus(): void {
    this.renderRoot.querySelector('h2')?.focus();
  }

  protected override firstUpdated(): void {
    this.focus();
  }

  /** Asks before something is lost, with the focus on the harmless answer. */
  async #ask(): Promise<void> {
    this.isAsked = true;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.question .quiet')?.focus();
  }

  /**
   * Asks for the code that is in use now, unless this device still has what a code opens. The new code is shown in place
   * of everything until the person has kept it.
   */
  async #replaceRecoveryCode(): Promise<void> {
    const isDone = await this.#working.run(async () => {
      await this.client.replaceRecoveryCode();
    });
    if (!isDone && this.#working.error?.code === 'UNLOCK_NEEDED') {
      this.#working.fail(null);
      this.page = 'new-code';
    }
  }

  #signOut(wipe: boolean): void {
    this.isAsked = false;
    void this.#working.run(() => this.client.signOut({ wipe }));
  }

  #toOverview(): void {
    this.page = 'overview';
    void this.updateComplete.then(() => this.focus());
  }

  protected override render(): TemplateResult {
    const account = this.#account.value;
    const signedIn = account?.status === 'signed-in' ? account : null;
    switch (this.page) {
      case 'link':
        return html`<seal-link-old @back=${this.#toOverview}></seal-link-old>`;
      case 'unlock':
        return html`<seal-unlock
          .purpose=${signedIn?.unlockFor ?? 'removal'}
          @back=${this.#toOverview}
          @saved=${this.#toOverview}
        ></seal-unlock>`;
      case 'new-code':
        return html`<seal-unlock
          .purpose=${'new-code'}
          @back=${this.#toOverview}
          @saved=${this.#toOverview}
        ></seal-unlock>`;
      case 'privacy':
        return this.#people.render(this.strings, () => html`<seal-privacy @back=${this.#toOverview}></seal-privacy>`);
      case 'overview':
        return this.#renderOverview();
    }
  }

  #renderOverview(): TemplateResult {
    const { strings } = this;
    const account = this.#account.value;
    if (account === null || (account.status !== 'signed-in' && account.status !== 'revoked')) return html``;
    const person = { userId: account.userId, username: account.username };
    const isSignedIn = account.status === 'signed-in';
    return html`<div class="head">
        ${backButton(strings, () => this.tell('back'))}
        <h2 tabindex="-1">${strings.settings}</h2>
      </div>
      <div class="sections">
        <section class="person">
          ${avatar(person)}
          <div>
            <h3><bdi>${personName(person, strings)}</bdi></h3>
            ${account.username === null ? html`<p class="hint">${strings.guestHint}</p>` : nothing}
          </div>
        </section>
        ${problemLine(this.#working.error && errorText(this.#working.error, strings))}
        ${isSignedIn ? this.#renderUnfinished(account.unlockFor, account.username === null) : nothing}
        ${isSignedIn ? this.#renderDevices() : nothing} ${isSignedIn ? this.#renderPrivacy() : nothing}
        ${
          isSignedIn && account.username !== null
            ? html`<section>
                <h3>${strings.recovery}</h3>
                <p class="hint">${strings.recoveryHint}</p>
                <button class="button secondary" ?disabled=${this.#working.isBusy} @click=${this.#replaceRecoveryCode}>
                  ${strings.newRecoveryCode}
                </button>
              </section>`
            : nothing
        }
        ${this.#renderSignOut(isSignedIn, account.username === null)}
      </div>`;
  }

  /** What is not closed yet, and what closes it. */
  #renderUnfinished(unlockFor: 'removal' | 'key' | null, isGuest: boolean): TemplateResult | typeof nothing {
    const { strings } = this;
    if (unlockFor === null) return nothing;
    const text = isGuest ? strings.unlockGuest : { removal: strings.unlockRemoval, key: strings.unlockKey }[unlockFor];
    return html`<section role="status">
      <p>${text}</p>
      ${
        isGuest
          ? nothing
          : html`<button class="button primary" @click=${() => (this.page = 'unlock')}>${strings.unlockTitle}</button>`
      }
    </section>`;
  }

  #renderPrivacy(): TemplateResult {
    return html`<section>
      <button class="way" @click=${() => (this.page = 'privacy')}>
        ${eyeIcon}<span class="label">${socialStrings(this.strings).privacy}</span>${nextIcon}
      </button>
    </section>`;
  }

  #renderDevices(): TemplateResult {
    const { strings } = this;
    return html`<section>
      <h3>${strings.devices}</h3>
      <seal-devices></seal-devices>
      <button class="button secondary" @click=${() => (this.page = 'link')}>${strings.linkNewDevice}</button>
      ${this.#atRest.value === null ? nothing : html`<p class="hint">${strings.atRest[this.#atRest.value]}</p>`}
    </section>`;
  }

  #renderSignOut(isSignedIn: boolean, isGuest: boolean): TemplateResult {
    const { strings } = this;
    return html`<section>
      <h3>${strings.signOut}</h3>
      ${
        isSignedIn
          ? html`<p class="hint">${strings.signOutText}</p>
              <button class="button secondary" ?disabled=${this.#working.isBusy} @click=${() => this.#signOut(false)}>
                ${strings.signOut}
              </button>`
          : nothing
      }
      ${
        this.isAsked
          ? question(
              {
                text: isGuest ? strings.signOutGuestText : strings.signOutDeleteText,
                yes: strings.signOutConfirm,
                no: strings.cancel,
              },
              { onYes: () => this.#signOut(true), onNo: () => (this.isAsked = false) },
            )
          : html`<button class="button quiet danger" @click=${() => this.#ask()}>${strings.signOutDelete}</button>`
      }
    </section>`;
  }
}
