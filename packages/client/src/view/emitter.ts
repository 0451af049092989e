import { toSealError } from '../api/errors.ts';
import type { SealEventName, SealEvents } from '../model/events.ts';

/** Typed events. A listener that throws is reported and does not affect the others. */
export interface Emitter {
  on<Name extends SealEventName>(name: Name, listener: (event: SealEvents[Name]) => void): () => void;
  emit<Name extends SealEventName>(name: Name, event: SealEvents[Name]): void;
  /** Emits `error`. */
  fail(error: unknown): void;
}

type Listeners = { readonly [Name in SealEventName]: Set<(event: SealEvents[Name]) => void> };

export function createEmitter(): Emitter {
  const listeners: Listeners = {
    message: new Set(),
    'message-changed': new Set(),
    conversation: new Set(),
    connection: new Set(),
    account: new Set(),
    unread: new Set(),
    'identity-changed': new Set(),
    error: new Set(),
  };
  const emit: Emitter['emit'] = (name, event) => {
    const told = [...listeners[name]];
    for (const listener of told) {
      try {
        listener(event);
      } catch (error) {
        // Thrown where the page's own handlers see it, after all others were told.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  };
  return {
    on(name, listener) {
      const own: typeof listener = (event) => listener(event);
      listeners[name].add(own);
      return () => void listeners[name].delete(own);
    },
    emit,
    fail: (error) => emit('error', toSealError(error)),
  };
}
