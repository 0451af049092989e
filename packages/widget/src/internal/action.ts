import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { SealError, isSealError } from '@seal-chat/client';

/** Something the person started that takes a while: at most one at a time, and its failure is kept to be shown. */
export class Action implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #isBusy = false;
  #error: SealError | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {}

  /** True while the last one runs. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Why the last one failed. */
  get error(): SealError | null {
    return this.#error;
  }

  /** Shows `error` as if an action had failed with it. */
  fail(error: SealError | null): void {
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
      this.#error = asSealError(error);
      return false;
    } finally {
      this.#isBusy = false;
      this.#host.requestUpdate();
    }
  }
}

/** `error` itself, or an INTERNAL one that has it as cause. */
export function asSealError(error: unknown): SealError {
  return isSealError(error) ? error : new SealError('INTERNAL', undefined, { cause: error });
}
