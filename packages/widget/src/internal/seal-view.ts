import { LitElement } from 'lit';
import type { SealClient } from '@seal-chat/client';
import { contextOf, type SealContext } from '../context.ts';
import type { ShownStrings } from '../i18n/strings.ts';
import type { ViewEventDetail, ViewEvents } from './view-events.ts';

/** A part of `<seal-chat>`: the element hands it the client and the texts, and it does nothing without them. */
export abstract class SealView extends LitElement {
  #context: SealContext | null = null;
  readonly #refresh = (): void => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    this.#context = contextOf(this);
    this.#context?.listeners.add(this.#refresh);
    this.#refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#context?.listeners.delete(this.#refresh);
  }

  protected override shouldUpdate(): boolean {
    return this.#context?.client != null && this.#context.strings !== null;
  }

  /** The client of the surrounding `<seal-chat>`. */
  protected get client(): SealClient {
    const client = this.#context?.client;
    if (client == null) throw new Error(`<${this.localName}> is outside <seal-chat>`);
    return client;
  }

  /** The texts in the language of the surrounding `<seal-chat>`. */
  protected get strings(): ShownStrings {
    const strings = this.#context?.strings;
    if (strings == null) throw new Error(`<${this.localName}> is outside <seal-chat>`);
    return strings;
  }

  /** Has all views render again: something that any of them may show has been loaded. */
  protected refreshAll(): void {
    for (const refresh of this.#context?.listeners ?? []) refresh();
  }

  /** Tells the view that renders this one, and no other, what the person wants. */
  protected tell<Type extends keyof ViewEvents>(type: Type, ...[detail]: ViewEventDetail<Type>): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** The element with `id` in this view, once it is rendered. */
  protected byId<T extends HTMLElement = HTMLElement>(id: string): T | null {
    return this.renderRoot.querySelector<T>(`#${id}`);
  }
}
