import type { LitElement, ReactiveController } from 'lit';

/** Knows whether its host can be seen: it is on screen, and the page is the one in front. */
export class Lookout implements ReactiveController {
  readonly #host: LitElement;
  readonly #onChange: () => void;
  #isOnScreen = true;
  #observer: IntersectionObserver | null = null;

  constructor(host: LitElement, onChange: () => void) {
    this.#host = host;
    this.#onChange = onChange;
    host.addController(this);
  }

  get isLookedAt(): boolean {
    return this.#isOnScreen && document.visibilityState === 'visible';
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#onChange);
    this.#observer = new IntersectionObserver(([entry]) => {
      this.#isOnScreen = entry?.isIntersecting ?? false;
      this.#onChange();
    });
    this.#observer.observe(this.#host);
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#onChange);
    this.#observer?.disconnect();
  }
}
