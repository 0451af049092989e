import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { ConversationMember } from '@seal-chat/client';
import { base, notice, changedIcon } from '@seal-chat/ui';
import { Action } from '../../internal/action.ts';
import { AccountView } from '../../internal/account-view.ts';
import { socialStrings } from '../../internal/social-view.ts';
import { errorText } from '../../error-text.ts';
import { personName } from '../../people/name.ts';

/** Takes the composer's place while the keys of a person are not the ones first seen. */
export class SealIdentityNotice extends AccountView {
  static override styles = [
    base,
    notice,
    css`
      .notice {
        margin: 8px 12px 12px;
      }
      .digits {
        display: grid;
        grid-template-columns: repeat(4, max-content);
        gap: 2px 14px;
        direction: ltr;
        font-family: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];
  static override properties: PropertyDeclarations = {
    peer: { attribute: false },
    safetyNumber: { state: true },
    isComparing: { state: true },
  };

  declare peer: ConversationMember | null;
  declare safetyNumber: string | null;
  /** The person is comparing again: the second step of two for a person who was verified. */
  declare isComparing: boolean;

  readonly #accepting = new Action(this);
  #unwatch = (): void => {};

  constructor() {
    super();
    this.peer = null;
    this.safetyNumber = null;
    this.isComparing = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // The key may change again while the person compares: what they see is always what they would accept.
    this.#unwatch = this.client.on('identity-changed', ({ userId }) => {
      if (userId === this.peer?.userId) void this.#loadSafetyNumber();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unwatch();
  }

  protected override firstUpdated(): void {
    void this.#loadSafetyNumber();
  }

  async #loadSafetyNumber(): Promise<void> {
    if (this.peer !== null) this.safetyNumber = await this.client.safetyNumber(this.peer.userId).catch(() => null);
  }

  /** Takes the keys behind the numbers that are shown; shows others where they have changed again. */
  #take(how: 'acceptIdentity' | 'verify'): Promise<boolean> {
    return this.#accepting.run(async () => {
      const { peer, safetyNumber } = this;
      if (peer === null || safetyNumber === null) return;
      await this.client[how](peer.userId, safetyNumber).catch(async (error: unknown) => {
        await this.#loadSafetyNumber();
        throw error;
      });
    });
  }

  /** Shows the numbers, with the focus on them: not on a button that says what is still to be found out. */
  async #compare(): Promise<void> {
    this.isComparing = true;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.digits')?.focus();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { peer, strings } = this;
    if (peer === null) return nothing;
    const name = personName(peer, strings);
    if (peer.verification === 'changed') return this.#renderVerified(peer, name);
    return html`<section class="notice" role="alert">
      <h3>${changedIcon}<span>${strings.identityChanged(name)}</span></h3>
      <p>${strings.identityChangedText(name)}</p>
      ${
        this.safetyNumber === null
          ? nothing
          : html`<p>${strings.safetyNumber(name)}</p>
              ${this.#renderDigits()}`
      }
      ${this.#accepting.error === null ? nothing : html`<p class="problem">${errorText(this.#accepting.error, strings)}</p>`}
      <button
        class="button secondary"
        ?disabled=${this.#accepting.isBusy || this.safetyNumber === null}
        @click=${() => this.#take('acceptIdentity')}
      >
        ${strings.identityAccept}
      </button>
    </section>`;
  }

  #renderDigits(): TemplateResult {
    return html`<p class="digits" role="group" tabindex="-1" aria-label=${socialStrings(this.strings).numbers}>
      ${this.safetyNumber?.match(/\d{1,5}/gu)?.map((group) => html`<span>${group}</span>`)}
    </p>`;
  }

  /** A person who was verified: nothing is sent before their new keys were compared, too. */
  #renderVerified({ userId }: ConversationMember, name: string): TemplateResult {
    const strings = socialStrings(this.strings);
    const { isBusy, error } = this.#accepting;
    return html`<section class="notice" role="alert">
      <h3>${changedIcon}<span>${strings.verifiedBefore(name)}</span></h3>
      <p>${strings.verifiedBeforeText(name)}</p>
      ${this.isComparing ? this.#renderDigits() : nothing}
      ${error === null ? nothing : html`<p class="problem">${errorText(error, this.strings)}</p>`}
      <div class="answers">
        ${
          this.isComparing
            ? html`<button
                class="button secondary"
                ?disabled=${isBusy || this.safetyNumber === null}
                @click=${() => this.#take('verify')}
              >
                ${strings.numbersMatch}
              </button>`
            : html`<button class="button secondary" @click=${this.#compare}>${strings.compareAgain}</button>`
        }
        <button
          class="button quiet"
          ?disabled=${isBusy}
          @click=${() => this.#accepting.run(() => this.client.unverify(userId))}
        >
          ${strings.clearVerification}
        </button>
      </div>
    </section>`;
  }
}
