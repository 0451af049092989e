import { SealError } from '@seal-chat/protocol';
import { isDatabaseAway } from '../db/away.ts';
import { PostgresError } from '../db/connect.ts';
import { retrying } from '../db/retrying.ts';
import { isRetryableState } from '../db/transaction.ts';
import { isSameMessage, withoutRepeats, type MessageKey } from './message-key.ts';
import { createFlusher } from './flusher.ts';

/** Commits messages in batches. */
export interface BatchWriter<Item, Result> {
  /** Resolves after the commit. @throws SealError UNAVAILABLE when it is unknown whether there was a commit */
  send(item: Item): Promise<Result>;
  /** Resolves when everything given so far is settled. */
  drain(): Promise<void>;
}

const MAX_BATCH = 500;
const MAX_IN_FLIGHT = 2;
const RETRIES = { attempts: 5, delayMs: 2, isRetryable: isRetryableState };

export function createBatchWriter<Item extends MessageKey, Result>(deps: {
  /** Stores items, of which none is another's repeat, in one transaction; answers in their order. */
  readonly store: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Is called with what was stored, after the commit. */
  readonly deliver: (items: readonly Item[], results: readonly Result[]) => void;
  readonly onError: (error: unknown) => void;
}): BatchWriter<Item, Result> {
  const { store, deliver, onError } = deps;

  /** Writes a batch; one that the database refuses is halved until the item at fault is alone. */
  async function write(items: readonly Item[]): Promise<readonly (Result | SealError)[]> {
    try {
      return await commit(items);
    } catch (error) {
      onError(error);
      if (!(error instanceof PostgresError) || isDatabaseAway(error)) {
        return items.map(() => new SealError('UNAVAILABLE', undefined, { cause: error }));
      }
      if (items.length === 1) return [new SealError('INTERNAL', undefined, { cause: error })];
      const half = items.length >> 1;
      return [...(await write(items.slice(0, half))), ...(await write(items.slice(half)))];
    }
  }

  function commit(items: readonly Item[]): Promise<readonly Result[]> {
    return retrying(RETRIES, async () => {
      const once = withoutRepeats(items);
      const results = await store(once);
      deliver(once, results);
      return once === items
        ? results
        : items.map((item) => results[once.findIndex((other) => isSameMessage(item, other))]!);
    });
  }

  const { add, drain } = createFlusher<Item, Result>({
    maxBatch: MAX_BATCH,
    maxInFlight: MAX_IN_FLIGHT,
    delayMs: 0,
    write,
  });
  return { send: add, drain };
}
