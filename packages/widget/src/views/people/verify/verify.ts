import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { ConversationMember } from '@seal-chat/client';
import { backIcon, base, changedIcon, scanIcon, verifiedIcon } from '@seal-chat/ui';
import { errorText } from '../../../error-text.ts';
import { Action } from '../../../internal/action.ts';
import { SocialView } from '../../../internal/social-view.ts';
import { problemLine } from '../../../internal/templates.ts';
import { personName } from '../../../people/name.ts';
import { verifyStyles } from './verify.styles.ts';

/** Where two people compare their keys: by code or by number. Tells `back`. */
export class SealVerify extends SocialView {
  static override styles = [base, verifyStyles];
  static override properties: PropertyDeclarations = {
    peer: { attribute: false },
    digits: { state: true },
    code: { state: true },
    step: { state: true },
    hint: { state: true },
  };

  declare peer: ConversationMember | null;
  declare digits: string | null;
  /** The code to show, drawn; null until it is. */
  declare code: TemplateResult | null;
  declare step: 'compare' | 'scan' | 'match' | 'differ';
  /** Why nothing came of a scan, or ''. */
  declare hint: string;

  readonly #working = new Action(this);
  #scanning: AbortController | null = null;
  #unwatch = (): void => {};

  constructor() {
    super();
    this.peer = null;
    this.digits = null;
    this.code = null;
    this.step = 'compare';
    this.hint = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // What is compared is always what there is now.
    this.#unwatch = this.client.on('identity-changed', () => void this.#load());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unwatch();
    this.#stopScanning();
  }

  /** Puts the focus on the heading. */
  override focus(): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('[tabindex="-1"]')?.focus());
  }

  protected override firstUpdated(): void {
    void this.#load();
  }

  async #load(): Promise<void> {
    const { peer } = this;
    if (peer === null) return;
    await this.#working.run(async () => {
      this.digits = await this.client.safetyNumber(peer.userId);
      const code = await this.client.verificationCode(peer.userId);
      const { qrCode } = await import('./qr.ts');
      if (code !== null) this.code = qrCode(code, this.strings.codeFor(personName(peer, this.strings)));
    });
  }

  #go(step: SealVerify['step']): void {
    this.#stopScanning();
    this.step = step;
    this.focus();
  }

  async #accept(): Promise<void> {
    const { peer, digits } = this;
    if (peer === null || digits === null) return;
    const isDone = await this.#working.run(() => this.client.verify(peer.userId, digits));
    if (isDone) this.#go('match');
    else await this.#load();
  }

  async #scan(): Promise<void> {
    this.#go('scan');
    this.hint = '';
    const scanning = (this.#scanning = new AbortController());
    await this.updateComplete;
    const video = this.byId<HTMLVideoElement>('camera');
    try {
      const { scan } = await import('./scan.ts');
      if (video !== null) await scan(video, (text) => void this.#judge(text), scanning.signal);
    } catch {
      if (scanning.signal.aborted) return;
      this.#go('compare');
      this.hint = this.strings.noCamera;
    }
  }

  #stopScanning(): void {
    this.#scanning?.abort();
    this.#scanning = null;
  }

  async #judge(text: string): Promise<void> {
    const { peer, strings } = this;
    if (peer === null || this.step !== 'scan') return;
    const verdict = await this.client.checkVerificationCode(peer.userId, text);
    if (this.step !== 'scan') return;
    if (verdict === 'match') await this.#accept();
    else if (verdict === 'mismatch') this.#go('differ');
    else this.hint = strings.otherCode(personName(peer, strings));
  }

  async #clear(): Promise<void> {
    const userId = this.peer?.userId;
    if (userId !== undefined) await this.#working.run(() => this.client.unverify(userId));
  }

  protected override render(): TemplateResult | typeof nothing {
    const { strings, peer } = this;
    if (peer === null) return nothing;
    const { error } = this.#working;
    const name = personName(peer, strings);
    return html`<div class="head">
        <button class="icon-button" aria-label=${strings.back} title=${strings.back} @click=${() => this.tell('back')}>
          ${backIcon}
        </button>
        <h2 tabindex=${this.step === 'compare' ? '-1' : nothing}>${strings.checkPerson(name)}</h2>
      </div>
      <div class="scroller">
        ${problemLine(error && errorText(error, strings))}
        ${this.step === 'match' || this.step === 'differ' ? this.#renderResult(name) : this.#renderCompare(peer, name)}
      </div>
      <div class="foot">${this.#renderFoot(peer)}</div>`;
  }

  #renderCompare(peer: ConversationMember, name: string): TemplateResult {
    const { strings, digits } = this;
    return html`${
        peer.verification === 'verified'
          ? html`<p class="state">${verifiedIcon}${strings.verifiedText(name)}</p>`
          : nothing
      }
      <p class="hint">${strings.checkText(name)}</p>
      ${this.hint === '' ? nothing : html`<p class="problem" role="alert">${this.hint}</p>`}
      ${
        this.step === 'scan'
          ? html`<video id="camera" muted playsinline aria-label=${strings.scanning} tabindex="-1"></video>
              <p class="hint" role="status">${strings.scanning}</p>`
          : (this.code ?? html`<div class="waiting"><span class="spinner"></span></div>`)
      }
      ${
        digits === null
          ? nothing
          : html`<p class="digits" role="group" aria-label=${strings.numbers}>
              ${digits.match(/\d{1,5}/gu)?.map((group) => html`<span>${group}</span>`)}
            </p>`
      }`;
  }

  #renderResult(name: string): TemplateResult {
    const { strings } = this;
    const isMatch = this.step === 'match';
    return html`<div class="result ${isMatch ? '' : 'bad'}" role="alert">
      ${isMatch ? verifiedIcon : changedIcon}
      <h3 tabindex="-1">${isMatch ? strings.matches(name) : strings.differs}</h3>
      <p>${isMatch ? strings.matchesText : strings.differsText(name)}</p>
    </div>`;
  }

  #renderFoot(peer: ConversationMember): TemplateResult {
    const { strings } = this;
    const { isBusy } = this.#working;
    if (this.step === 'match')
      return html`<button class="button primary wide" @click=${() => this.tell('back')}>${strings.back}</button>`;
    if (this.step === 'differ')
      return html`<button class="button secondary wide" @click=${() => this.#go('compare')}>${strings.back}</button>`;
    if (this.step === 'scan')
      return html`<button class="button secondary wide" @click=${() => this.#go('compare')}>
        ${strings.stopScanning}
      </button>`;
    return html`<button class="button primary wide" ?disabled=${isBusy || this.digits === null} @click=${this.#accept}>
        ${verifiedIcon}${strings.numbersMatch}
      </button>
      <div class="choices">
        <button class="button secondary" ?disabled=${isBusy} @click=${this.#scan}>
          ${scanIcon}${strings.scanCode}
        </button>
        <button class="button danger" ?disabled=${isBusy} @click=${() => this.#go('differ')}>
          ${strings.numbersDiffer}
        </button>
      </div>
      ${
        peer.verification === 'none'
          ? nothing
          : html`<button class="button quiet" ?disabled=${isBusy} @click=${this.#clear}>
              ${strings.clearVerification}
            </button>`
      }`;
  }
}
