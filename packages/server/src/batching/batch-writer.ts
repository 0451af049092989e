import { isSealError, SealError } from '@seal-chat/protocol';
import { isDatabaseAway } from '../db/away.ts';
import { PostgresError } from '../db/connect.ts';
import { retrying } from '../db/retrying.ts';
import { isRetryableState } from '../db/transaction.ts';
import { isSameMessage, withoutRepeats, type MessageKey } from './message-key.ts';
import { tooMany } from '../fairness/turns.ts';
import { createFlusher, type FlusherMeter } from './flusher.ts';

/** Commits messages in batches. */
export interface BatchWriter<Item, Result> {
  /** Resolves after the commit. @throws SealError UNAVAILABLE when it is unknown whether there was a commit */
  send(item: Item): Promise<Result>;
  /** Resolves when everything given so far is settled. */
  drain(): Promise<void>;
}

const MAX_BATCH = 500;
const MAX_IN_FLIGHT = 2;
/** Messages that may wait. */
const ROOM = { total: 20_000, perTenant: 5_000 };
/** `lock_timeout` and `statement_timeout`: another transaction holds what the statement needs. */
const WAITED_TOO_LONG = new Set(['55P03', '57014']);
const RETRIES = { attempts: 5, delayMs: 2, isRetryable: isRetryableState };

export function createBatchWriter<Item extends MessageKey, Result>(deps: {
  /** Stores items, of which none is another's repeat, in one transaction; answers in their order. */
  readonly store: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Is called with what was stored, after the commit. */
  readonly deliver: (items: readonly Item[], results: readonly Result[]) => void;
  readonly onError: (error: unknown) => void;
  readonly meter?: FlusherMeter | undefined;
}): BatchWriter<Item, Result> {
  const { store, deliver, onError, meter } = deps;
  /** Conversations that another transaction holds locked: their messages are written apart from all others. */
  const held = new Set<string>();

  /** Writes a batch; one that the database refuses is halved until the item at fault is alone. */
  async function write(items: readonly Item[]): Promise<readonly (Result | SealError)[]> {
    try {
      return await commit(items);
    } catch (error) {
      onError(error);
      if (isHeld(error)) return apart(items, error);
      if (!(error instanceof PostgresError) || isDatabaseAway(error)) {
        return items.map(() => new SealError('UNAVAILABLE', undefined, { cause: error }));
      }
      if (items.length === 1) return [new SealError('INTERNAL', undefined, { cause: error })];
      const half = items.length >> 1;
      return [...(await write(items.slice(0, half))), ...(await write(items.slice(half)))];
    }
  }

  /** Writes the conversations of a batch one by one; the one that is held fails alone, for now. */
  async function apart(items: readonly Item[], cause: unknown): Promise<readonly (Result | SealError)[]> {
    const conversations = byConversation(items);
    if (conversations.size === 1) {
      held.add(conversationOf(items[0]!));
      return items.map(() => tooMany(cause));
    }
    const results = new Map<Item, Result | SealError>();
    const writing = [...conversations.values()].map(async (own) => {
      for (const [i, result] of (await write(own)).entries()) results.set(own[i]!, result);
    });
    await Promise.all(writing);
    return items.map((item) => results.get(item)!);
  }

  /** As `write`, one conversation after the other: those that are no longer held go back to the others. */
  async function writeHeld(items: readonly Item[]): Promise<readonly (Result | SealError)[]> {
    const results = new Map<Item, Result | SealError>();
    for (const [conversation, own] of byConversation(items)) {
      const written = await write(own);
      for (const [i, result] of written.entries()) results.set(own[i]!, result);
      if (!written.some((result) => isSealError(result, 'UNAVAILABLE'))) held.delete(conversation);
    }
    return items.map((item) => results.get(item)!);
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

  const options = {
    maxBatch: MAX_BATCH,
    lines: { tenantOf: ({ tenantId }: Item) => tenantId, topicOf: conversationOf, room: ROOM },
    delayMs: 0,
    meter,
  };
  const all = createFlusher<Item, Result>({ ...options, maxInFlight: MAX_IN_FLIGHT, write });
  const apartFromAll = createFlusher<Item, Result>({ ...options, maxInFlight: 1, write: writeHeld });
  return {
    send: (item) => (held.has(conversationOf(item)) ? apartFromAll : all).add(item),
    async drain() {
      await Promise.all([all.drain(), apartFromAll.drain()]);
    },
  };
}

function byConversation<Item extends MessageKey>(items: readonly Item[]): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const conversation = conversationOf(item);
    const group = groups.get(conversation);
    if (group === undefined) groups.set(conversation, [item]);
    else group.push(item);
  }
  return groups;
}

function conversationOf({ tenantId, conversationId }: MessageKey): string {
  return tenantId + conversationId;
}

function isHeld(error: unknown): boolean {
  return error instanceof PostgresError && WAITED_TOO_LONG.has(error.code);
}
