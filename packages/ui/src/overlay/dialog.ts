import { html, type LitElement, type ReactiveController, type TemplateResult } from 'lit';

/**
 * A question in front of everything: Escape, a press beside it and `close()` end it, the focus stays inside while it is
 * shown and returns to where it was. The answer with `autofocus`, the harmless one, has the focus first.
 */
export class Dialog implements ReactiveController {
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

  /** Shows it once the host has rendered it. */
  async open(): Promise<void> {
    this.#isOpen = true;
    this.#host.requestUpdate();
    await this.#host.updateComplete;
    if (this.#element?.open === false) this.#element.showModal();
  }

  /** Ends it, as if it had been left without an answer. */
  close(): void {
    this.#element?.close();
  }

  /** The dialog, headed by `title`; `body` ends with its answers, one below the other, the harmless one last. */
  render(title: string, body: unknown): TemplateResult {
    return html`<dialog
      class="dialog"
      aria-labelledby="dialog-title"
      @close=${this.#handleClose}
      @click=${this.#handleClick}
    >
      ${
        this.#isOpen
          ? html`<h3 id="dialog-title">${title}</h3>
              ${body}`
          : ''
      }
    </dialog>`;
  }

  get #element(): HTMLDialogElement | null {
    return this.#host.renderRoot.querySelector('dialog');
  }

  readonly #handleClose = (): void => {
    this.#isOpen = false;
    this.#host.requestUpdate();
  };

  /** What is beside the dialog belongs to it as its backdrop, which has no children. */
  readonly #handleClick = (event: MouseEvent): void => {
    const box = this.#element?.getBoundingClientRect();
    if (event.target !== this.#element || box === undefined) return;
    const { clientX: x, clientY: y } = event;
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) this.close();
  };
}
