import type { ConversationId } from '@seal-chat/protocol';
import { eraseMessage, inConversation } from '../content/applying.ts';
import { requote } from '../content/requote.ts';
import type { StoreDeps, Deps } from '../context/deps.ts';
import type { LeaderPart } from '../context/leader-part.ts';
import { createTaskQueue } from '../state/task-queue.ts';
import { ROWS } from '../store/rows.ts';

/** Messages deleted in one commit. */
const PER_COMMIT = 100;
/** The longest a timer is set for, ms: clocks are corrected, and timers cannot be longer than 2^31. */
const LONGEST_WAIT_MS = 60 * 60 * 1000;

/** Deletes messages when their time is over, by this device's clock, connected or not. */
export function createExpiry(deps: StoreDeps & Pick<Deps, 'report'>): LeaderPart {
  const queue = createTaskQueue(deps.report);
  let timer: ReturnType<typeof setTimeout> | null = null;
  let isStopped = false;

  async function deleteExpired(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    if (isStopped) return;
    const next = await expireMessages(deps);
    if (next === null || isStopped) return;
    timer = setTimeout(schedule, Math.min(LONGEST_WAIT_MS, Math.max(0, next - deps.clock.local())));
  }
  const schedule = (): void => void queue.add(deleteExpired);

  schedule();
  return {
    committed(keys) {
      if (keys.some((key) => key.startsWith(ROWS.expiries))) schedule();
    },
    async stop() {
      isStopped = true;
      if (timer !== null) clearTimeout(timer);
      await queue.idle();
    },
  };
}

/** @returns when the next message is due, ms; null when none is */
async function expireMessages(deps: StoreDeps): Promise<number | null> {
  for (;;) {
    const first = await deps.reader.list(ROWS.expiries, { limit: PER_COMMIT });
    const due = first.filter(({ value }) => value <= deps.clock.local());
    if (due.length === 0) return first[0]?.value ?? null;
    await deps.transact(async (tx) => {
      for (const { key } of due) {
        tx.delete(key);
        const [, , id, place] = key.split('/');
        const conversationId = id as ConversationId;
        const seq = Number(place);
        const message = await tx.get(ROWS.message(conversationId, seq));
        // The row at that place may be another one by now.
        if (message === null || !(message.expiresAt! <= deps.clock.local())) continue;
        await inConversation(deps, tx, conversationId, async (applying) => {
          await eraseMessage(applying, seq, message);
          await requote(tx, conversationId, seq);
        });
      }
    });
  }
}
