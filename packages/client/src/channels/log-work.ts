import type { Bytes, ConversationId, MessageBody } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, type AccountRow, type ConversationRow } from '../store/rows.ts';
import { CHANNEL_ROWS, type ChannelRow, type GroupRow, type PendingRow } from '../store/channel-rows.ts';
import { putChannel } from './channel-state.ts';
import { forgetGroup, readGroup } from './group-cache.ts';

/** The state of a channel while entries of its log are taken in one transaction; written back once, at the end. */
export interface LogWork {
  readonly deps: Deps;
  readonly tx: DeviceTx;
  readonly conversationId: ConversationId;
  readonly account: AccountRow;
  row: ChannelRow & { readonly processedSeq: number };
  /** Null: without keys, what comes is kept and not opened. */
  group: GroupRow | null;
  ratchets: Bytes | null;
  pending: PendingRow | null;
  /** What the message that was just taken says, and SHA-256 of the body that was sent; null where that is not known. */
  taken: {
    readonly bodyHash: Bytes;
    readonly said: MessageBody | null;
    /** See `DecryptedMessage.skipped`. */
    readonly isAfterSkipped: boolean;
  } | null;
  /** This device was taken out: what follows in the log is not for it, and it begins where it comes in again. */
  isOut: boolean;
}

/** Null when the log of this channel is not followed. */
export async function openLog(deps: Deps, tx: DeviceTx, conversationId: ConversationId): Promise<LogWork | null> {
  const row = await tx.get(CHANNEL_ROWS.channel(conversationId));
  if (row === null || row.processedSeq === null || row.status === 'left') return null;
  return {
    deps,
    tx,
    conversationId,
    account: await activeAccount(tx),
    row: { ...row, processedSeq: row.processedSeq },
    group: await readGroup(tx, conversationId),
    ratchets: await tx.get(CHANNEL_ROWS.ratchets(conversationId)),
    pending: await tx.get(CHANNEL_ROWS.pending(conversationId)),
    taken: null,
    isOut: false,
  };
}

/** Writes what of `work` differs from `before`. */
export async function closeLog(work: LogWork, before: Readonly<LogWork>): Promise<void> {
  const { tx, conversationId, group, ratchets, pending } = work;
  if (group !== before.group) {
    if (before.group !== null) forgetGroup(before.group);
    put(tx, CHANNEL_ROWS.group(conversationId), group);
  }
  if (ratchets !== before.ratchets) put(tx, CHANNEL_ROWS.ratchets(conversationId), ratchets);
  if (pending !== before.pending) put(tx, CHANNEL_ROWS.pending(conversationId), pending);
  if (work.row === before.row) return;
  await putChannel(tx, conversationId, work.isOut ? { ...work.row, processedSeq: null } : work.row);
}

function put<T>(tx: DeviceTx, key: Parameters<typeof tx.put<T>>[0], value: T | null): void {
  if (value === null) tx.delete(key);
  else tx.put(key, value);
}

/** The conversation of the log. */
export function conversationOf({ tx, conversationId }: LogWork): Promise<ConversationRow | null> {
  return tx.get(ROWS.conversation(conversationId));
}
