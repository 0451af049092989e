import { html, nothing, type TemplateResult } from 'lit';
import { messageListTexts } from '../../../internal/message-list-texts.ts';
import type { ComposerHost } from '../host.ts';

/** Takes files that are dropped anywhere on the conversation. */
export class DropZone {
  readonly #host: ComposerHost;
  readonly #onFiles: (files: readonly File[]) => void;
  #zone: HTMLElement | null = null;
  #isOver = false;

  constructor(host: ComposerHost, onFiles: (files: readonly File[]) => void) {
    this.#host = host;
    this.#onFiles = onFiles;
  }

  connect(): void {
    const root = this.#host.element.getRootNode();
    this.#zone = root instanceof ShadowRoot ? (root.host as HTMLElement) : null;
    this.#zone?.addEventListener('dragover', this.#handleOver);
    this.#zone?.addEventListener('dragleave', this.#handleLeave);
    this.#zone?.addEventListener('drop', this.#handleDrop);
  }

  disconnect(): void {
    this.#zone?.removeEventListener('dragover', this.#handleOver);
    this.#zone?.removeEventListener('dragleave', this.#handleLeave);
    this.#zone?.removeEventListener('drop', this.#handleDrop);
    this.#zone = null;
  }

  render(): TemplateResult | typeof nothing {
    return this.#isOver
      ? html`<div class="drop-zone">${messageListTexts(this.#host.strings).dropFiles}</div>`
      : nothing;
  }

  readonly #handleOver = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes('Files') !== true) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    this.#set(true);
  };

  readonly #handleLeave = (event: DragEvent): void => {
    const { relatedTarget } = event;
    if (!(relatedTarget instanceof Node) || this.#zone?.contains(relatedTarget) !== true) this.#set(false);
  };

  readonly #handleDrop = (event: DragEvent): void => {
    if (!this.#isOver) return;
    event.preventDefault();
    this.#set(false);
    this.#onFiles([...(event.dataTransfer?.files ?? [])]);
  };

  #set(isOver: boolean): void {
    if (this.#isOver === isOver) return;
    this.#isOver = isOver;
    void this.#host.update();
  }
}
