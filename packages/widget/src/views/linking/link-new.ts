import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { isSealError, type Linking, type SealError } from '@seal-chat/client';
import { base, card, Watch } from '@seal-chat/ui';
import { errorText } from '../../error-text.ts';
import { asSealError } from '../../internal/action.ts';
import { AccountView } from '../../internal/account-view.ts';
import { codeField } from '../account/code-field.ts';
import { accountPage } from '../account/page.ts';
import { linkSteps } from './link-steps.ts';

/** On the new device: takes the code of another one and joins its account. Tells `back`. */
export class SealLinkNew extends AccountView {
  static override styles = [base, card];
  static override properties: PropertyDeclarations = {
    linking: { state: true },
    code: { state: true },
    problem: { state: true },
  };

  declare linking: Linking | null;
  declare code: string;
  declare problem: SealError | null;

  readonly #state = new Watch(this, () => this.linking?.state ?? null);

  constructor() {
    super();
    this.linking = null;
    this.code = '';
    this.problem = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    const state = this.linking?.state.get().step;
    if (state === 'waiting' || state === 'compare') this.linking?.cancel();
  }

  #handleSubmit(event: SubmitEvent): void {
    event.preventDefault();
    try {
      this.linking = this.client.linkThisDevice(this.code.trim());
      // Its failure is shown from its state.
      this.linking.finished.catch(() => undefined);
    } catch (error) {
      this.problem = asSealError(error);
      this.byId('code')?.focus();
    }
  }

  #again(): void {
    this.linking = null;
    this.code = '';
  }

  protected override firstUpdated(): void {
    this.byId('code')?.focus();
  }

  protected override render(): TemplateResult {
    const { strings } = this;
    return accountPage(
      {
        title: strings.linkNewTitle,
        lead: this.linking === null ? strings.linkNewText : null,
        content: this.#renderStep(),
        onBack: () => this.tell('back'),
      },
      strings,
    );
  }

  #renderStep(): TemplateResult {
    const { strings, linking } = this;
    const state = this.#state.value;
    if (linking === null || state === null) return this.#renderForm(this.problem);
    // A code with a mistake in it is corrected, not typed again.
    if (state.step === 'failed' && isSealError(state.error, 'WRONG_CODE')) return this.#renderForm(state.error);
    if (state.step === 'waiting')
      return html`<p class="progress" role="status"><span class="spinner"></span>${strings.linkConnecting}</p>`;
    return linkSteps(linking, state, strings, () => this.#again());
  }

  #renderForm(problem: SealError | null): TemplateResult {
    const { strings } = this;
    return html`<form novalidate @submit=${this.#handleSubmit}>
      ${codeField({
        label: strings.linkCodeLabel,
        value: this.code,
        problem: problem && errorText(problem, strings),
        autocomplete: 'one-time-code',
        placeholder: 'XXXX XXXX XXXX XXXX',
        onInput: (code) => {
          this.code = code;
          this.problem = null;
          this.linking = null;
        },
      })}
      <button class="button primary wide" ?disabled=${this.code.trim() === ''}>${strings.linkAction}</button>
    </form>`;
  }
}
