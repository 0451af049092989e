import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import type { ChatStrings } from '../i18n/strings.ts';
import type { Journey } from './journey.ts';

/** Shows a view whose code is loaded when it is first shown. */
export class Lazy implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #journey: Journey<unknown>;
  #state: 'idle' | 'loading' | 'failed' = 'idle';

  constructor(host: ReactiveControllerHost, journey: Journey<unknown>) {
    this.#host = host;
    this.#journey = journey;
    host.addController(this);
  }

  hostConnected(): void {}

  /** `view` once its code is loaded; until then a sign that it is coming, or a way to try again. */
  render(strings: ChatStrings, view: () => TemplateResult): TemplateResult {
    if (this.#journey.loaded !== null) return view();
    if (this.#state === 'idle') void this.#start();
    if (this.#state !== 'failed')
      return html`<div class="waiting" role="status">
        <span class="spinner"></span><span class="hidden-visually">${strings.loading}</span>
      </div>`;
    return html`<div class="waiting" role="alert">
      <p>${strings.errors.OFFLINE}</p>
      <button class="retry" @click=${() => this.#start()}>${strings.tryAgain}</button>
    </div>`;
  }

  async #start(): Promise<void> {
    this.#state = 'loading';
    this.#host.requestUpdate();
    this.#state = await this.#journey.load().then(
      () => 'idle',
      () => 'failed',
    );
    this.#host.requestUpdate();
  }
}
