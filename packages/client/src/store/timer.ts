import type { ConversationRow, MessageRow } from './rows.ts';

/** Timers that a conversation remembers; a reader takes no message for unusual that is older than all of them. */
export const MAX_TIMERS = 16;

/** How long a message lives that is written now, seconds; 0 for ever. */
export function timerOf(row: ConversationRow | null): number {
  return row?.ownTimer ?? row?.timers?.at(-1)?.seconds ?? 0;
}

/**
 * The lifetime that the sender of a text gave it, seconds, 0 for none, where it is not what the conversation's timer
 * asked for at that place; null where it is, or nobody can tell.
 */
export function unusualLifetime(conversation: ConversationRow | null, seq: number, message: MessageRow): number | null {
  const { content, lifetimeSeconds = 0 } = message;
  if (conversation === null || (content.kind !== 'text' && content.kind !== 'post')) return null;
  const { timers = [] } = conversation;
  const governing = timers.findLast((timer) => timer.seq < seq);
  if (governing === undefined && timers.length >= MAX_TIMERS) return null;
  return lifetimeSeconds === (governing?.seconds ?? 0) ? null : lifetimeSeconds;
}
