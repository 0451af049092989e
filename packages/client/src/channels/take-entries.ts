import { SealError, isSealError, type ConversationId } from '@seal-chat/protocol';
import { toSealError } from '../api/errors.ts';
import type { Deps } from '../context/deps.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { learnAllMembers, learnDevices } from './learn-members.ts';
import type { LogEntry } from './log-entry.ts';
import { closeLog, openLog, type LogWork } from './log-work.ts';
import { recordLogEntry } from './record-log.ts';
import { takeCommit, takeReset } from './take-commit.ts';
import { takeMessage, takeRepeated } from './take-message.ts';
import { putWithheld } from './held-back.ts';

/** Entries that share one transaction: a strict commit costs milliseconds, whatever is in it. */
const ENTRIES_PER_COMMIT = 50;

/** Why entries were left over: some before them are missing, or one of them does not fit. */
type Stop = 'gap' | 'broken';

/**
 * Takes entries of a channel's log into the device, strictly in their order: state of the group, messages and the place
 * in the log move together. One that is here already changes nothing. One that does not fit marks the channel as
 * broken, and what is behind it waits until this device has joined again.
 *
 * @param isRead whether they were read from the log rather than sent as they came
 * @returns null when all of them were taken or known
 * @throws everything that is no refusal of an entry, as when the network or the store fails; what was committed before
 *   stays
 */
export async function takeEntries(
  deps: Deps,
  conversationId: ConversationId,
  entries: readonly LogEntry[],
  isRead: boolean,
): Promise<Stop | null> {
  await learnDevices(
    deps,
    entries.flatMap((entry) => (entry.kind === 'commit' ? [senderOf(entry), ...entry.adds] : [])),
  );
  // An external join is opened by it: no part may have to be loaded while the entries are taken.
  if (entries.some(({ kind }) => kind === 'commit')) await deps.kem();
  let hasLearned = false;
  for (let at = 0; at < entries.length;) {
    const part = entries.slice(at, at + ENTRIES_PER_COMMIT);
    const canLearn = !hasLearned;
    const taken = await deps.transact((tx) => takePart(deps, tx, { conversationId, entries: part, isRead, canLearn }));
    at += taken.count;
    if (taken.stop === 'unverified') {
      // The list that vouches for a device may be younger than ours, whatever its number.
      await learnAllMembers(deps, conversationId);
      hasLearned = true;
    } else if (taken.stop !== null) return taken.stop;
  }
  return null;
}

interface Taken {
  readonly count: number;
  readonly stop: Stop | 'unverified' | null;
}

async function takePart(
  deps: Deps,
  tx: DeviceTx,
  input: {
    readonly conversationId: ConversationId;
    readonly entries: readonly LogEntry[];
    readonly isRead: boolean;
    readonly canLearn: boolean;
  },
): Promise<Taken> {
  const { conversationId, entries, isRead, canLearn } = input;
  const opened = await openLog(deps, tx, conversationId);
  if (opened === null) return { count: entries.length, stop: null };
  let work: LogWork = { ...opened };
  let stop: Taken['stop'] = null;
  let count = 0;
  for (const entry of entries) {
    const { processedSeq } = work.row;
    // Without keys there is nothing to miss: the log is read to find this device's place in it.
    if (entry.seq > processedSeq + 1 && (work.group !== null || !isRead)) {
      stop = 'gap';
      break;
    }
    if (entry.seq <= processedSeq) await takeRepeated(work, entry);
    else {
      if (entry.seq > processedSeq + 1) await putWithheld(tx, conversationId, [processedSeq + 1, entry.seq - 1]);
      const next: LogWork = { ...work, taken: null };
      const failure = await takeOne(next, entry);
      if (failure !== null) {
        if (failure.code === 'UNVERIFIED_DEVICE' && canLearn) stop = 'unverified';
        else {
          stop = 'broken';
          const { code: cause } = failure;
          // Said once: it is tried again at every occasion.
          if (work.row.status !== 'broken' || work.row.cause !== cause) {
            deps.report(failure);
            work.row = { ...work.row, status: 'broken', cause };
          }
        }
        break;
      }
      // What did not fit before does now: the log is another one than it was.
      const isWhole = next.row.status === 'broken' && next.group !== null;
      const row: LogWork['row'] = isWhole ? { ...next.row, status: 'joined', cause: null } : next.row;
      work = { ...next, row: { ...row, processedSeq: entry.seq } };
      if (work.isOut) {
        count = entries.length;
        break;
      }
    }
    count++;
  }
  await closeLog(work, opened);
  return { count, stop };
}

/** Why the entry does not fit, or null. @throws everything that is no refusal of it (`context/refusals.ts`) */
async function takeOne(work: LogWork, entry: LogEntry): Promise<SealError | null> {
  try {
    await work.tx.attempt(async () => {
      if (entry.kind === 'message') await takeMessage(work, entry);
      else if (entry.kind === 'commit') await takeCommit(work, entry);
      else await takeReset(work, entry);
      await recordLogEntry(work, entry);
    });
    return null;
  } catch (error) {
    const place = CHANNEL_ROWS.undecryptable(work.conversationId, entry.seq);
    const code = work.deps.judge.verdict(error, place);
    if (code === null) throw toSealError(error);
    return isSealError(error) ? error : new SealError(code, undefined, { cause: error });
  }
}

function senderOf({ senderUserId, senderDeviceId }: LogEntry) {
  return { userId: senderUserId, deviceId: senderDeviceId };
}
