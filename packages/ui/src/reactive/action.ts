import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Something the person started that takes a while: at most one at a time, and its failure is kept to be shown. */
export class Action<E> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #toError: (thrown: unknown) => E;
  #isBusy = false;
  #error: E | null = null;

  /** `toError` makes what is shown out of what a task threw. */
  constructor(host: ReactiveControllerHost, toError: (thrown: unknown) => E) {
    this.#host = host;
    this.#toError = toError;
    host.addController(this);
  }

  hostConnected(): void {}

  /** True while the last one runs. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Why the last one failed. */
  get error(): E | null {
    return this.#error;
  }

  /** Shows `error` as if an action had failed with it. */
  fail(error: E | null): void {
    this.#error = error;
    this.#host.requestUpdate();
  }

  /** Runs `task` unless another one is running. Resolves to whether it succeeded; never rejects. */
  async run(task: () => Promise<unknown>): Promise<boolean> {
    if (this.#isBusy) return false;
    this.#isBusy = true;
    this.fail(null);
    try {
      await task();
      return true;
    } catch (error) {
      this.#error = this.#toError(error);
      return false;
    } finally {
      this.#isBusy = false;
      this.#host.requestUpdate();
    }
  }
}
