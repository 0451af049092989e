import type { ReactiveControllerHost } from 'lit';
import { SealError, isSealError } from '@seal-chat/client';
import { Action as AnyAction } from '@seal-chat/ui';

/** Something the person started, whose failure is a `SealError`. */
export class Action extends AnyAction<SealError> {
  constructor(host: ReactiveControllerHost) {
    super(host, asSealError);
  }
}

/** `error` itself, or an INTERNAL one that has it as cause. */
export function asSealError(error: unknown): SealError {
  return isSealError(error) ? error : new SealError('INTERNAL', undefined, { cause: error });
}
