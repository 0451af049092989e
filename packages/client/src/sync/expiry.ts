import type { ConversationId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { ROWS } from '../store/rows.ts';
import { eraseMessage, inConversation } from '../content/applying.ts';
import { requote } from '../content/replies.ts';

/** Messages deleted in one commit. */
const PER_COMMIT = 100;
/** The longest a timer is set for, ms: clocks are set anew, and timers cannot be longer than 2^31. */
const LONGEST_WAIT_MS = 60 * 60 * 1000;

/** Deletes messages when their time is over, by the server's clock, connected or not. */
export interface Expiry {
  /** Rows were committed, by any tab. */
  committed(keys: readonly string[]): void;
  stop(): Promise<void>;
}

export function startExpiry(deps: Pick<Deps, 'reader' | 'transact' | 'now' | 'report'>): Expiry {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let isStopped = false;
  let tail: Promise<void> = Promise.resolve();

  async function sweep(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    if (isStopped) return;
    const next = await expireMessages(deps);
    if (next === null || isStopped) return;
    timer = setTimeout(look, Math.min(LONGEST_WAIT_MS, Math.max(0, next - deps.now())));
  }
  function look(): void {
    tail = tail.then(sweep).catch(deps.report);
  }

  look();
  return {
    committed(keys) {
      if (keys.some((key) => key.startsWith(ROWS.expiries))) look();
    },
    async stop() {
      isStopped = true;
      if (timer !== null) clearTimeout(timer);
      await tail;
    },
  };
}

/** @returns when the next message is due, ms; null when none is */
async function expireMessages(deps: Pick<Deps, 'reader' | 'transact' | 'now'>): Promise<number | null> {
  for (;;) {
    const first = await deps.reader.list(ROWS.expiries, { limit: PER_COMMIT });
    const due = first.filter(({ value }) => value <= deps.now());
    if (due.length === 0) return first[0]?.value ?? null;
    await deps.transact(async (tx) => {
      for (const { key } of due) {
        tx.delete(key);
        const [, , id, place] = key.split('/');
        const conversationId = id as ConversationId;
        const seq = Number(place);
        const message = await tx.get(ROWS.message(conversationId, seq));
        // The row at that place may be another one by now.
        if (message === null || !(message.expiresAt! <= deps.now())) continue;
        await inConversation(deps, tx, conversationId, async (applying) => {
          await eraseMessage(applying, seq, message);
          await requote(tx, conversationId, seq);
        });
      }
    });
  }
}
