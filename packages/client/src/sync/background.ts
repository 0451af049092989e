import { createReadAnnouncer } from '../conversations/read-announcer.ts';
import type { Deps } from '../context/deps.ts';
import { startExpiry } from './expiry.ts';
import { ROWS, placeOf } from '../store/rows.ts';

/** What a leading tab looks after, connected or not: messages disappear in time, read positions are to be announced. */
export interface Background {
  /** Rows were committed, by any tab. */
  committed(keys: readonly string[]): void;
  stop(): Promise<void>;
}

export function startBackground(deps: Deps): Background {
  const reads = createReadAnnouncer(deps);
  const expiry = startExpiry(deps);

  /** Read before this tab led, and not announced. */
  async function lookAtAll(): Promise<void> {
    for (const { key, value } of await deps.reader.list(ROWS.conversations)) {
      if (value.readSeq > value.announcedReadSeq) reads.look(placeOf(key).conversationId);
    }
  }
  const looking = lookAtAll().catch(deps.report);

  return {
    committed(keys) {
      for (const key of keys) if (key.startsWith(ROWS.conversations)) reads.look(placeOf(key).conversationId);
      expiry.committed(keys);
    },
    async stop() {
      reads.stop();
      await Promise.all([looking, expiry.stop()]);
    },
  };
}
