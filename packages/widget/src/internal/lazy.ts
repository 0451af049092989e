import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import type { ChatStrings } from '../i18n/strings.ts';

/** A part of the widget that is fetched when it is first shown. */
export class Lazy implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #load: () => Promise<unknown>;
  #state: 'idle' | 'loading' | 'loaded' | 'failed' = 'idle';

  constructor(host: ReactiveControllerHost, load: () => Promise<unknown>) {
    this.#host = host;
    this.#load = load;
    host.addController(this);
  }

  hostConnected(): void {}

  /** `view` once its code is there; until then a sign that it is coming, or a way to try again. */
  render(strings: ChatStrings, view: () => TemplateResult): TemplateResult {
    if (this.#state === 'loaded') return view();
    if (this.#state === 'idle') void this.#start();
    if (this.#state !== 'failed')
      return html`<div class="waiting" role="status">
        <span class="spinner"></span><span class="hidden-visually">${strings.loading}</span>
      </div>`;
    return html`<div class="waiting" role="alert">
      <p>${strings.errors.OFFLINE}</p>
      <button class="button secondary" @click=${() => this.#start()}>${strings.tryAgain}</button>
    </div>`;
  }

  async #start(): Promise<void> {
    this.#state = 'loading';
    try {
      await this.#load();
      this.#state = 'loaded';
    } catch {
      this.#state = 'failed';
    }
    this.#host.requestUpdate();
  }
}
