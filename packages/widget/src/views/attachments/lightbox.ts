import { html, nothing, type LitElement, type ReactiveController, type TemplateResult } from 'lit';
import type { MessageAttachment } from '@seal-chat/client';
import { backIcon, closeIcon, downloadIcon, nextIcon, warningIcon, zoomInIcon, zoomOutIcon } from '@seal-chat/ui';
import type { MessageTexts } from '../../internal/message-texts.ts';

/** What the lightbox needs to know of its pictures. */
export interface LightboxSource {
  readonly open: (attachment: MessageAttachment) => Promise<void>;
  /** Null until it is opened. */
  readonly url: (attachment: MessageAttachment) => string | null;
  /** Why it cannot be opened; null when it can, or when that is not known yet. */
  readonly problem: (attachment: MessageAttachment) => string | null;
  readonly save: (attachment: MessageAttachment) => void;
  readonly nameOf: (attachment: MessageAttachment) => string;
  readonly texts: () => MessageTexts;
}

/**
 * Shows the pictures of a message one at a time over the whole window. A modal dialog: the focus stays in it and goes
 * back afterwards. Arrow keys turn the page, Z or a click changes the size, Escape closes.
 */
export class Lightbox implements ReactiveController {
  readonly #host: LitElement;
  readonly #source: LightboxSource;
  #images: readonly MessageAttachment[] = [];
  #index = 0;
  #isLarge = false;

  constructor(host: LitElement, source: LightboxSource) {
    this.#host = host;
    this.#source = source;
    host.addController(this);
  }

  hostConnected(): void {}

  /** Opens at `image`, one of `images`. */
  show(images: readonly MessageAttachment[], image: MessageAttachment): void {
    this.#images = images;
    this.#turnTo(images.indexOf(image));
    void this.#host.updateComplete.then(() => this.#dialog?.showModal());
  }

  render(): TemplateResult {
    const image = this.#images[this.#index];
    const texts = this.#source.texts();
    return html`<dialog
      class="lightbox"
      aria-label=${image === undefined ? nothing : this.#source.nameOf(image)}
      @close=${this.#handleClose}
      @keydown=${this.#handleKeydown}
    >
      ${image === undefined ? nothing : this.#renderImage(image, texts)}
    </dialog>`;
  }

  #renderImage(image: MessageAttachment, texts: MessageTexts): TemplateResult {
    const name = this.#source.nameOf(image);
    const url = this.#source.url(image);
    const size = this.#isLarge ? texts.zoomOut : texts.zoomIn;
    const problem = this.#source.problem(image);
    return html`<div class="top">
        <bdi class="name">${name}</bdi>
        ${this.#button(size, this.#isLarge ? zoomOutIcon : zoomInIcon, () => this.#zoom())}
        ${this.#button(texts.download(name), downloadIcon, () => this.#source.save(image))}
        ${this.#button(texts.close, closeIcon, () => this.#dialog?.close())}
      </div>
      <div class="stage ${this.#isLarge ? 'large' : ''}" @click=${this.#handleStage}>
        ${
          url === null
            ? html`<div class="waiting" role="status">
                ${problem === null ? html`<span class="spinner"></span>` : warningIcon}
                <span class=${problem === null ? 'hidden-visually' : ''}>${problem ?? texts.loading}</span>
              </div>`
            : html`<img src=${url} alt=${name} decoding="async" draggable="false" />`
        }
      </div>
      ${
        this.#images.length < 2
          ? nothing
          : html`${this.#button(texts.previousImage, backIcon, () => this.#turnTo(this.#index - 1), 'previous')}
            ${this.#button(texts.nextImage, nextIcon, () => this.#turnTo(this.#index + 1), 'next')}`
      }`;
  }

  #button(name: string, icon: TemplateResult, onClick: () => void, kind = ''): TemplateResult {
    return html`<button class="icon-button ${kind}" aria-label=${name} title=${name} @click=${onClick}>
      ${icon}
    </button>`;
  }

  get #dialog(): HTMLDialogElement | null {
    return this.#host.renderRoot.querySelector<HTMLDialogElement>('.lightbox');
  }

  #turnTo(index: number): void {
    const count = this.#images.length;
    this.#index = (index + count) % count;
    this.#isLarge = false;
    const image = this.#images[this.#index];
    if (image !== undefined) void this.#source.open(image);
    this.#host.requestUpdate();
  }

  #zoom(): void {
    this.#isLarge = !this.#isLarge;
    this.#host.requestUpdate();
  }

  readonly #handleStage = (event: Event): void => {
    if ((event.target as Element).localName === 'img') this.#zoom();
    else this.#dialog?.close();
  };

  readonly #handleClose = (): void => {
    this.#images = [];
    this.#host.requestUpdate();
  };

  readonly #handleKeydown = (event: KeyboardEvent): void => {
    // What lies below must not hear any of it: there Escape closes the conversation, and arrows walk through messages.
    event.stopPropagation();
    const forward = this.#host.matches(':dir(rtl)') ? 'ArrowLeft' : 'ArrowRight';
    const isArrow = event.key === 'ArrowLeft' || event.key === 'ArrowRight';
    if (isArrow && !this.#isLarge) this.#turnTo(this.#index + (event.key === forward ? 1 : -1));
    else if (event.key.toLowerCase() === 'z') this.#zoom();
  };
}
