import { SealError } from '@seal-chat/protocol';
import type { MailboxEvent, SyncBatch } from '@seal-chat/protocol/api';
import type { Deps } from '../context/deps.ts';
import type { LeaderPart } from '../context/leader-part.ts';
import { processBatch } from '../receive/process-batch.ts';
import { createAcknowledger } from './acknowledger.ts';
import type { LivePeople } from './live-people.ts';

/** Events of one batch: a server sends no more than 3,000 together. */
const MOST_EVENTS = 4_096;

/** @throws SealError MALFORMED when the server sends more than it sends; what taking an event throws */
export type BatchTaker = (batch: SyncBatch, handleCaughtUp: () => void) => Promise<void>;

/** Returns what takes events in their order; mailbox events that follow each other share commits. */
export function createBatchTaker(
  deps: Deps,
  list: readonly LeaderPart[],
  people: Pick<LivePeople, 'apply'>,
): BatchTaker {
  const acknowledger = createAcknowledger(deps);
  return async ({ events }, handleCaughtUp) => {
    if (events.length > MOST_EVENTS) throw new SealError('MALFORMED');
    let mailbox: MailboxEvent[] = [];
    const takeMailbox = async (): Promise<void> => {
      if (mailbox.length === 0) return;
      const taken = mailbox;
      mailbox = [];
      acknowledger.stored(await processBatch(deps, taken));
    };
    for (const event of events) {
      if ('position' in event) {
        mailbox.push(event);
        continue;
      }
      await takeMailbox();
      if (event.type === 'caught-up') handleCaughtUp();
      else if (event.type === 'typing' || event.type === 'presence') people.apply(event);
      else for (const part of list) await part.apply?.(event);
    }
    await takeMailbox();
  };
}
