import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** A value that changes and tells when it does. */
export interface Readable<T> {
  get(): T;
  /** Calls `listener` after each change, not immediately. Returns the function that ends it. */
  subscribe(listener: (value: T) => void): () => void;
}

/** Renders its host again whenever the value it watches changes, while the host is in the document. */
export class Watch<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #source: () => Readable<T> | null;
  #watched: Readable<T> | null = null;
  #end: (() => void) | null = null;

  /** `source` is asked before every update; it must return the same object for as long as it means the same. */
  constructor(host: ReactiveControllerHost, source: () => Readable<T> | null) {
    this.#host = host;
    this.#source = source;
    host.addController(this);
  }

  /** The value now, or `null` when there is nothing to watch. */
  get value(): T | null {
    return this.#source()?.get() ?? null;
  }

  hostConnected(): void {
    this.#host.requestUpdate();
  }

  hostUpdate(): void {
    const source = this.#source();
    if (source === this.#watched && this.#end !== null) return;
    this.hostDisconnected();
    this.#watched = source;
    this.#end = source?.subscribe(() => this.#host.requestUpdate()) ?? null;
  }

  hostDisconnected(): void {
    this.#end?.();
    this.#end = null;
  }
}
