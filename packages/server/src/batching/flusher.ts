import { tooMany } from '../fairness/turns.ts';
import { inSpan, runningSpan, type SpanLink } from '../tracing/spans.ts';
import { createLines, type LineOptions } from './lines.ts';

/** What a flusher reports to. */
export interface FlusherMeter {
  /** The queue's. */
  readonly name: string;
  /** A batch was written, or was not. */
  written(items: number, seconds: number): void;
  /** An item was refused for lack of room. */
  refused(): void;
  /** Items wait, as `size` says. */
  watch(size: () => number): void;
}

/** Commits what arrives one by one in batches: the next batch collects while the one before is on its way. */
export interface Flusher<Item, Result> {
  /**
   * Resolves with the item's result once its batch was written; rejects with its error, or with the whole batch's.
   * @throws SealError UNAVAILABLE, with a time to come again, when too much waits already
   */
  add(item: Item): Promise<Result>;
  /** Resolves when everything added so far has been settled. */
  drain(): Promise<void>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  /** What adds it. */
  readonly from: SpanLink | null;
}

export function createFlusher<Item, Result>(options: {
  /** Items of one batch. */
  readonly maxBatch: number;
  /** Batches on their way at once. */
  readonly maxInFlight: number;
  /** Whose an item is, and how much may wait. */
  readonly lines: LineOptions<Item>;
  /** Waits this long for more items before a batch leaves, ms; 0 for until the end of the turn. */
  readonly delayMs: number;
  /** Writes a batch and answers in its order; an error among the results is that item's alone. */
  readonly write: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>;
  readonly meter?: FlusherMeter | undefined;
}): Flusher<Item, Result> {
  const { maxBatch, maxInFlight, delayMs, write, meter } = options;
  const { tenantOf, topicOf, room } = options.lines;
  const waiting = createLines<Waiting<Item, Result>>({
    tenantOf: ({ item }) => tenantOf(item),
    topicOf: ({ item }) => topicOf(item),
    room,
  });
  meter?.watch(waiting.size);
  let inFlight = 0;
  /** Topics of the batches on their way: a second batch would wait for the first, and hold up what else is in it. */
  const busy = new Set<string>();
  let isScheduled = false;
  let drained: (() => void)[] = [];

  function schedule(): void {
    if (isScheduled || inFlight >= maxInFlight || waiting.size() === 0) return;
    isScheduled = true;
    // Frames that arrived in the same turn of the event loop share a batch.
    if (delayMs === 0) setImmediate(flush);
    else setTimeout(flush, delayMs);
  }

  function flush(): void {
    isScheduled = false;
    const batch = waiting.take(maxBatch, (topic) => busy.has(topic));
    // What is left goes on when the batch that has its topic is back.
    if (batch.length === 0) return;
    const topics = new Set(batch.map(({ item }) => topicOf(item)));
    for (const topic of topics) busy.add(topic);
    inFlight++;
    void run(batch).then(() => {
      inFlight--;
      for (const topic of topics) busy.delete(topic);
      schedule();
      if (inFlight === 0 && waiting.size() === 0) {
        for (const resolve of drained) resolve();
        drained = [];
      }
    });
    schedule();
  }

  async function run(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const began = performance.now();
    try {
      const results = await inSpan(
        'batch',
        () => ({ 'seal.queue': meter?.name ?? 'unnamed', 'seal.count': batch.length }),
        () => write(batch.map(({ item }) => item)),
        { links: batch.flatMap(({ from }) => (from === null ? [] : [from])) },
      );
      for (const [i, { resolve, reject }] of batch.entries()) {
        const result = results[i];
        if (result instanceof Error) reject(result);
        else resolve(result as Result);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      meter?.written(batch.length, (performance.now() - began) / 1_000);
    }
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        if (waiting.add({ item, resolve, reject, from: runningSpan() })) return schedule();
        meter?.refused();
        reject(tooMany());
      }),
    drain: () =>
      new Promise((resolve) => {
        if (inFlight === 0 && waiting.size() === 0) resolve();
        else drained.push(resolve);
      }),
  };
}
