import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { Linking } from '@seal-chat/client';
import { base, card, Watch } from '@seal-chat/ui';
import { errorText } from '../../error-text.ts';
import { Action } from '../../internal/action.ts';
import { AccountView } from '../../internal/account-view.ts';
import { problemLine } from '../../internal/templates.ts';
import { accountPage } from '../account/page.ts';
import { linkSteps } from './link-steps.ts';

/** On a signed-in device: shows a code for a new one, then the digits to compare. Tells `back`. */
export class SealLinkOld extends AccountView {
  static override styles = [
    base,
    card,
    css`
      .bar + .card {
        align-content: start;
        padding: 8px 16px 24px;
      }
    `,
  ];
  static override properties: PropertyDeclarations = { linking: { state: true } };

  declare linking: Linking | null;

  readonly #opening = new Action(this);
  readonly #state = new Watch(this, () => this.linking?.state ?? null);

  constructor() {
    super();
    this.linking = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#cancel();
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('h2')?.focus();
    void this.#open();
  }

  async #open(): Promise<void> {
    this.linking = null;
    await this.#opening.run(async () => {
      const linking = await this.client.showLinkingCode();
      // Its failure is shown from its state.
      linking.finished.catch(() => undefined);
      if (this.isConnected) this.linking = linking;
      else linking.cancel();
    });
  }

  #cancel(): void {
    const step = this.linking?.state.get().step;
    if (step === 'waiting' || step === 'compare') this.linking?.cancel();
  }

  protected override render(): TemplateResult {
    const { strings } = this;
    return accountPage(
      { title: strings.linkOldTitle, lead: null, content: this.#renderStep(), onBack: () => this.tell('back') },
      strings,
    );
  }

  #renderStep(): TemplateResult {
    const { strings, linking } = this;
    const state = this.#state.value;
    const { error } = this.#opening;
    if (error !== null)
      return html`<div class="stack">
        ${problemLine(errorText(error, strings))}
        <button class="button secondary" @click=${this.#open}>${strings.tryAgain}</button>
      </div>`;
    if (linking === null || state === null) return html`<p class="progress"><span class="spinner"></span></p>`;
    if (state.step !== 'waiting')
      return html`${linkSteps(linking, state, strings, () => void this.#open())}
      ${
        state.step === 'done'
          ? html`<button class="button secondary" @click=${() => this.tell('back')}>${strings.back}</button>`
          : nothing
      }`;
    const minutes = Math.max(1, Math.round((state.expiresAt - Date.now()) / 60_000));
    return html`<div class="stack">
      <p class="lead">${strings.linkOldText}</p>
      <p id="code" class="code" dir="ltr" translate="no">${state.code}</p>
      <p class="hint">${strings.linkExpires(minutes)}</p>
      <p class="progress" role="status"><span class="spinner"></span>${strings.linkWaiting}</p>
    </div>`;
  }
}
