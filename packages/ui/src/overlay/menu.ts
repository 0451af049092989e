import { html, nothing, type LitElement, type ReactiveController, type TemplateResult } from 'lit';
import { placeBeside } from './place.ts';
import { rovingTarget } from './roving.ts';

/** One thing a menu offers. */
export interface MenuItem {
  readonly name: string;
  readonly icon?: TemplateResult;
  /** It deletes or leaves something. Such items come last. */
  readonly isDangerous?: boolean;
  /** What choosing it does. While a promise runs, and when it resolves to `false`, the menu stays open. */
  readonly onPick: () => void | Promise<boolean>;
}

/**
 * A menu next to its button: arrow keys, Home and End go through it, Escape and Tab close it and return the focus to the
 * button, and so does a press elsewhere without moving the focus. There is one in each shadow root.
 *
 * The button is `<button popovertarget="menu" aria-haspopup="menu" aria-expanded=${menu.expanded}
 * @keydown=${menu.handleButtonKey}>`: the arrow down opens it too.
 */
export class Menu implements ReactiveController {
  readonly #host: LitElement;
  #isOpen = false;

  constructor(host: LitElement) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {}

  hostDisconnected(): void {
    this.#isOpen = false;
  }

  /** Whether it is shown. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** For the button's `aria-expanded`. */
  get expanded(): 'true' | 'false' {
    return this.#isOpen ? 'true' : 'false';
  }

  /** Shows it. */
  open(): void {
    this.#popover?.showPopover();
  }

  /** Hides it; a focus inside of it returns to the button. */
  close(): void {
    const button = this.#button;
    const hasFocus = this.#popover?.matches(':focus-within') === true;
    this.#popover?.hidePopover();
    if (hasFocus) button?.focus();
  }

  /** Renders the menu named `label`, with `note` below its items. The first item has the focus as soon as it is shown. */
  render(label: string, items: readonly MenuItem[], note: unknown = nothing): TemplateResult {
    return html`<div
      id="menu"
      class="menu"
      popover
      @beforetoggle=${this.#handleBefore}
      @toggle=${this.#handleToggle}
      @keydown=${this.#handleKeydown}
    >
      <div role="menu" aria-label=${label}>
        ${items.map(
          (item, i) =>
            html`<button
              role="menuitem"
              class="item ${item.isDangerous === true ? 'danger' : ''}"
              tabindex="-1"
              ?autofocus=${i === 0}
              @click=${() => void this.#pick(item)}
            >
              ${item.icon ?? nothing}<span>${item.name}</span>
            </button>`,
        )}
      </div>
      ${note}
    </div>`;
  }

  /** Opens it with the arrow down, as the platform's menus. */
  readonly handleButtonKey = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' || this.#isOpen) return;
    event.preventDefault();
    this.open();
  };

  get #popover(): HTMLElement | null {
    return this.#host.renderRoot.querySelector<HTMLElement>('#menu');
  }

  get #button(): HTMLElement | null {
    return this.#host.renderRoot.querySelector<HTMLElement>('[popovertarget=menu]');
  }

  #items(): readonly HTMLElement[] {
    return [...(this.#popover?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
  }

  async #pick({ onPick }: MenuItem): Promise<void> {
    if ((await onPick()) !== false) this.close();
  }

  readonly #handleBefore = (event: Event): void => {
    this.#isOpen = (event as ToggleEvent).newState === 'open';
    this.#host.requestUpdate();
  };

  readonly #handleToggle = (event: Event): void => {
    const popover = this.#popover;
    const button = this.#button;
    if ((event as ToggleEvent).newState !== 'open' || popover === null || button === null) return;
    placeBeside(popover, button.getBoundingClientRect(), button.matches(':dir(ltr)'));
  };

  readonly #handleKeydown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.stopPropagation();
      if (event.key === 'Escape') event.preventDefault();
      this.close();
      return;
    }
    const items = this.#items();
    const target = rovingTarget(event.key, items.indexOf(event.target as HTMLElement), items.length);
    if (target === null) return;
    event.preventDefault();
    items[target]!.focus();
  };
}
