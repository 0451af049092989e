import { html, nothing, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { closeIcon, warningIcon } from '@seal-chat/ui';
import { errorText } from '../../error-text.ts';
import type { ShownStrings } from '../../i18n/strings.ts';
import { asSealError } from '../../internal/action.ts';
import { messageListTexts } from '../../internal/message-list-texts.ts';
import type { Overlay } from './host.ts';

/** Says over the list why something that was done with a message failed, until it is closed or something else is done. */
export class Toast implements Overlay {
  readonly #host: ReactiveControllerHost;
  readonly #strings: () => ShownStrings;
  #problem: string | null = null;

  constructor(host: ReactiveControllerHost, strings: () => ShownStrings) {
    this.#host = host;
    this.#strings = strings;
  }

  /** Runs `task`. Resolves to whether it succeeded; never rejects. */
  async run(task: () => Promise<unknown>): Promise<boolean> {
    this.#say(null);
    try {
      await task();
      return true;
    } catch (error) {
      this.#say(errorText(asSealError(error), this.#strings()));
      return false;
    }
  }

  #say(problem: string | null): void {
    this.#problem = problem;
    this.#host.requestUpdate();
  }

  render(): TemplateResult | typeof nothing {
    if (this.#problem === null) return nothing;
    const texts = messageListTexts(this.#strings());
    return html`<p class="problem toast" role="alert">
      ${warningIcon}<span>${this.#problem}</span>
      <button class="icon-button" aria-label=${texts.close} @click=${() => this.#say(null)}>${closeIcon}</button>
    </p>`;
  }
}
