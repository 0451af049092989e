import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Announcements of this time are put together, ms, so that a burst does not drown everything else. */
const BATCH_MS = 700;
/** More than this many are counted, not read out. */
const READ_OUT = 3;

/** What the polite live region of its host says. */
export class Announcer implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #summarise: (count: number) => string;
  #waiting: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #text = '';

  /** `summarise` says how many there are when there are too many to be read out. */
  constructor(host: ReactiveControllerHost, summarise: (count: number) => string) {
    this.#host = host;
    this.#summarise = summarise;
    host.addController(this);
  }

  /** What the region holds now. */
  get text(): string {
    return this.#text;
  }

  /** Has `text` read out soon. */
  announce(text: string): void {
    this.#waiting.push(text);
    if (this.#timer !== undefined) return;
    // Emptied first: the same text again would be no change, and not be read out.
    this.#text = '';
    this.#host.requestUpdate();
    this.#timer = setTimeout(() => this.#flush(), BATCH_MS);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
    this.#text = '';
  }

  #flush(): void {
    this.#timer = undefined;
    this.#text = this.#waiting.length > READ_OUT ? this.#summarise(this.#waiting.length) : this.#waiting.join('\n');
    this.#waiting = [];
    this.#host.requestUpdate();
  }
}
