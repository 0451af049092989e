import type { ErrorAnswer, SyncEvent } from '@seal-chat/protocol/api';
import type { TestConnection } from './connections.ts';
import { errorAnswerOf } from './probes.ts';

/** A running subscription and everything it has heard. */
export interface Listening {
  readonly events: SyncEvent[];
  /** Position of the last event, to resume from. */
  lastEventId(): string | null;
  /** The error that ended it, once there is one. */
  ended(): Promise<ErrorAnswer>;
  /** Resolves when `test` holds for what was heard so far. */
  until(test: (events: readonly SyncEvent[]) => boolean): Promise<void>;
  stop(): void;
}

export function listen(device: Pick<TestConnection, 'api'>, lastEventId: string | null = null): Listening {
  const events: SyncEvent[] = [];
  const tests = new Set<() => void>();
  let lastId: string | null = lastEventId;
  let endWith: (answer: ErrorAnswer) => void;
  const ended = new Promise<ErrorAnswer>((resolve) => (endWith = resolve));
  const subscription = device.api.sync.subscribe.subscribe(
    { lastEventId },
    {
      onData: ({ id, data }) => {
        lastId = id;
        events.push(...data.events);
        for (const test of tests) test();
      },
      onError: (error) => endWith(errorAnswerOf(error)),
    },
  );
  return {
    events,
    lastEventId: () => lastId,
    ended: () => ended,
    until: (test) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!test(events)) return;
          tests.delete(check);
          resolve();
        };
        tests.add(check);
        check();
      }),
    stop: () => subscription.unsubscribe(),
  };
}

/** The messages among events. */
export function messagesIn(events: readonly SyncEvent[]) {
  return events.filter((event) => event.type === 'message');
}

/** Resolves when the mailbox as it was has been heard. */
export async function caughtUp(listening: Listening): Promise<Listening> {
  await listening.until((events) => events.some(({ type }) => type === 'caught-up'));
  return listening;
}
