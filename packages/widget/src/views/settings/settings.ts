import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { DeviceId, OwnDevice } from '@seal-chat/client';
import { avatarStyles, backIcon, base, deviceIcon, eyeIcon, nextIcon, Watch } from '@seal-chat/ui';
import { errorText } from '../../error-text.ts';
import { Action } from '../../internal/action.ts';
import { AccountView } from '../../internal/account-view.ts';
import { Lazy } from '../../internal/lazy.ts';
import { socialStrings } from '../../internal/social-view.ts';
import { peopleJourney } from '../../journeys/people.ts';
import { avatar } from '../../people/avatar.ts';
import { personName } from '../../people/name.ts';
import { problemLine } from '../../internal/templates.ts';
import { settingsStyles } from './settings.styles.ts';

/** The person's account: its devices, linking a new one, a new recovery code, signing out. Tells `back`. */
export class SealSettings extends AccountView {
  static override styles = [base, avatarStyles, settingsStyles];
  static override properties: PropertyDeclarations = {
    page: { state: true },
    devices: { state: true },
    asked: { state: true },
    recoveryCode: { state: true },
  };

  declare page: 'overview' | 'link' | 'recovery' | 'privacy';
  declare devices: readonly OwnDevice[] | null;
  /** What the person is asked to confirm: removing a device, or deleting everything here. */
  declare asked: DeviceId | 'delete' | null;
  declare recoveryCode: string;

  readonly #account = new Watch(this, () => this.client.account);
  readonly #atRest = new Watch(this, () => this.client.atRest);
  readonly #people = new Lazy(this, peopleJourney);
  readonly #loading = new Action(this);
  readonly #working = new Action(this);

  constructor() {
    super();
    this.page = 'overview';
    this.devices = null;
    this.asked = null;
    this.recoveryCode = '';
  }

  /** Puts the focus on the way back. */
  override focus(): void {
    this.byId('back')?.focus();
  }

  protected override firstUpdated(): void {
    this.focus();
    void this.#loadDevices();
  }

  /** Asks before something is lost, with the focus on the harmless answer. */
  async #ask(what: DeviceId | 'delete'): Promise<void> {
    this.asked = what;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.question .quiet')?.focus();
  }

  #loadDevices(): Promise<boolean> {
    return this.#loading.run(async () => {
      this.devices = await this.client.listDevices();
    });
  }

  async #revoke(deviceId: DeviceId): Promise<void> {
    this.asked = null;
    if (await this.#working.run(() => this.client.revokeDevice(deviceId))) await this.#loadDevices();
  }

  async #replaceRecoveryCode(): Promise<void> {
    await this.#working.run(async () => {
      const { recoveryCode } = await this.client.replaceRecoveryCode();
      this.recoveryCode = recoveryCode;
      this.page = 'recovery';
    });
  }

  #signOut(wipe: boolean): void {
    this.asked = null;
    void this.#working.run(() => this.client.signOut({ wipe }));
  }

  #toOverview(): void {
    this.page = 'overview';
    this.recoveryCode = '';
    void this.updateComplete.then(() => this.focus());
    void this.#loadDevices();
  }

  async #handleSaved(): Promise<void> {
    await this.#working.run(() => this.client.confirmRecoveryCode());
    this.#toOverview();
  }

  protected override render(): TemplateResult {
    switch (this.page) {
      case 'link':
        return html`<seal-link-old @back=${this.#toOverview}></seal-link-old>`;
      case 'recovery':
        return html`<seal-recovery-code .code=${this.recoveryCode} @saved=${this.#handleSaved}></seal-recovery-code>`;
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
        <button
          id="back"
          class="icon-button"
          aria-label=${strings.back}
          title=${strings.back}
          @click=${() => this.tell('back')}
        >
          ${backIcon}
        </button>
        <h2>${strings.settings}</h2>
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

  #renderDevices(): TemplateResult {
    const { strings, devices } = this;
    const { error } = this.#loading;
    return html`<section>
      <h3>${strings.devices}</h3>
      ${problemLine(error && errorText(error, strings))}
      ${error === null ? nothing : html`<button class="button secondary" @click=${this.#loadDevices}>${strings.tryAgain}</button>`}
      ${devices === null && error === null ? html`<p class="hint"><span class="spinner"></span></p>` : nothing}
      <ul>
        ${devices
          ?.toSorted((a, b) => Number(b.isThisDevice) - Number(a.isThisDevice))
          .map((device) => this.#renderDevice(device))}
      </ul>
      <button class="button secondary" @click=${() => (this.page = 'link')}>${strings.linkNewDevice}</button>
      ${this.#atRest.value === null ? nothing : html`<p class="hint">${strings.atRest[this.#atRest.value]}</p>`}
    </section>`;
  }

  #renderPrivacy(): TemplateResult {
    return html`<section>
      <button class="way" @click=${() => (this.page = 'privacy')}>
        ${eyeIcon}<span class="label">${socialStrings(this.strings).privacy}</span>${nextIcon}
      </button>
    </section>`;
  }

  #renderDevice({ deviceId, isThisDevice }: OwnDevice): TemplateResult {
    const { strings } = this;
    const label = `${strings.otherDevice} ${deviceId.slice(0, 4).toUpperCase()}`;
    return html`<li>
      <div class="device">
        ${deviceIcon}
        <span class="label">${isThisDevice ? strings.thisDevice : label}</span>
        ${
          isThisDevice
            ? nothing
            : html`<button
                class="button quiet danger"
                aria-label="${strings.removeDevice}: ${label}"
                ?disabled=${this.#working.isBusy}
                @click=${() => this.#ask(deviceId)}
              >
                ${strings.removeDevice}
              </button>`
        }
      </div>
      ${
        this.asked === deviceId
          ? this.#renderQuestion(strings.removeDeviceConfirm, strings.removeDevice, () => void this.#revoke(deviceId))
          : nothing
      }
    </li>`;
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
        this.asked === 'delete'
          ? this.#renderQuestion(
              isGuest ? strings.signOutGuestText : strings.signOutDeleteText,
              strings.signOutConfirm,
              () => this.#signOut(true),
            )
          : html`<button class="button quiet danger" @click=${() => this.#ask('delete')}>
              ${strings.signOutDelete}
            </button>`
      }
    </section>`;
  }

  #renderQuestion(text: string, yes: string, onYes: () => void): TemplateResult {
    return html`<div class="question" role="alertdialog" aria-label=${text}>
      <p>${text}</p>
      <div class="answers">
        <button class="button danger" @click=${onYes}>${yes}</button>
        <button class="button quiet" @click=${() => (this.asked = null)}>${this.strings.cancel}</button>
      </div>
    </div>`;
  }
}
