import { ContextConsumer } from '@lit/context';
import { LitElement } from 'lit';
import type { SealClient } from '@seal-chat/client';
import { clientContext, stringsContext } from '../context.ts';
import type { ShownStrings } from '../i18n/strings.ts';

/** A part of `<seal-chat>`: it is handed the client and the texts by context, and does nothing without them. */
export abstract class SealView extends LitElement {
  readonly #client = new ContextConsumer(this, { context: clientContext, subscribe: true });
  readonly #strings = new ContextConsumer(this, { context: stringsContext, subscribe: true });

  protected override shouldUpdate(): boolean {
    return this.#client.value !== undefined && this.#strings.value !== undefined;
  }

  /** The client of the surrounding `<seal-chat>`. */
  protected get client(): SealClient {
    const client = this.#client.value;
    if (client === undefined) throw new Error(`<${this.localName}> stands outside <seal-chat>`);
    return client;
  }

  /** The texts in the language of the surrounding `<seal-chat>`. */
  protected get strings(): ShownStrings {
    const strings = this.#strings.value;
    if (strings === undefined) throw new Error(`<${this.localName}> stands outside <seal-chat>`);
    return strings;
  }

  /** Tells the view above, and nobody outside of it, what the person wants. */
  protected tell(type: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** The element with `id` in this view, once it is rendered. */
  protected byId<T extends HTMLElement = HTMLElement>(id: string): T | null {
    return this.renderRoot.querySelector<T>(`#${id}`);
  }
}
