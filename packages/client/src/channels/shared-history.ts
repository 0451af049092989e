import { openBody } from '@seal-chat/crypto';
import {
  CONTENT_LIMITS,
  COUNT_LIMITS,
  isSealError,
  type ConversationId,
  type MessageContent,
  type UserId,
} from '@seal-chat/protocol';
import { encodeContent, type HistoryKey } from '@seal-chat/protocol/content';
import type { StoredMessage } from '@seal-chat/protocol/api';
import { expectMost } from '../api/answers.ts';
import type { Deps } from '../context/deps.ts';
import { isModerator } from '../content/changes.ts';
import { applyContent } from '../content/apply-content.ts';
import { incomingOf, type IncomingMessage } from '../content/incoming.ts';
import { readContent } from '../content/read-content.ts';
import { enqueue } from '../outbox/queue.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, placeOf, type SharedHistoryRow } from '../store/rows.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';
import { withClearName } from './clear-names.ts';
import { kindOf } from './keep-key.ts';

/** Keys of messages of a channel that a device keeps for newcomers. */
const KEYS_KEPT = 2 * CONTENT_LIMITS.historyKeys;

/**
 * Hands the keys of recent messages to those who have come in, where it is this device's turn.
 *
 * @returns when it is its turn for the next ones, ms; null when no device waits
 */
export async function shareHistory(deps: Deps, conversationId: ConversationId): Promise<number | null> {
  return deps.transact(async (tx) => {
    const key = CHANNEL_ROWS.channel(conversationId);
    const row = await tx.get(key);
    const waiting = row?.awaitingSharedHistory ?? [];
    if (row === null || row.status !== 'joined' || waiting.length === 0) return null;
    const later = waiting.filter(({ notBefore }) => notBefore > deps.now());
    const due = waiting.filter(({ notBefore }) => notBefore <= deps.now());
    if (due.length > 0) {
      const before = Math.max(...due.map(({ seq }) => seq));
      const profile = await tx.get(CHANNEL_ROWS.profileKey(conversationId));
      const sharesHistory = (await tx.get(ROWS.conversation(conversationId)))?.channel?.sharesHistory ?? false;
      const entries: HistoryKey[] = [];
      const kept = await tx.list(CHANNEL_ROWS.contentKeysOf(conversationId), {
        before: CHANNEL_ROWS.contentKey(conversationId, before),
        order: 'descending',
      });
      const count = sharesHistory ? CONTENT_LIMITS.historyKeys - 1 : 0;
      for (const { value } of kept.slice(0, count)) entries.unshift(value);
      if (profile !== null && profile.seq < before) entries.push(profile);
      for (const { key: old } of kept.slice(KEYS_KEPT)) tx.delete(old);
      if (entries.length > 0) await enqueue(deps, tx, conversationId, encodeContent({ kind: 'history', entries }));
      tx.put(key, { ...row, awaitingSharedHistory: later });
    }
    return later.length === 0 ? null : Math.min(...later.map(({ notBefore }) => notBefore));
  });
}

/**
 * Fetches the messages whose keys were handed over, and shows those that are what the member who shared them and the
 * server both say. The rest is left out: nothing is lost that this device was promised.
 *
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function fetchSharedHistory(deps: Deps): Promise<void> {
  for (const { key, value } of await deps.reader.list(ROWS.allSharedHistory)) {
    const { conversationId } = placeOf(key);
    const found = await fetchMessages(deps, conversationId, value).catch((error: unknown) => {
      if (isSealError(error, 'NOT_A_MEMBER')) return new Map<number, StoredMessage>();
      throw error;
    });
    await deps.transact(async (tx) => {
      if ((await tx.get(key)) === null) return;
      tx.delete(key);
      for (const entry of value.entries) {
        const stored = found.get(entry.seq);
        if (stored === undefined || (await tx.get(ROWS.message(conversationId, entry.seq))) !== null) continue;
        try {
          await tx.attempt(async () => {
            const message = incomingOf(stored, null);
            const { contentKey, bodyHash, messageId } = entry;
            const isSame =
              messageId === message.messageId &&
              entry.senderUserId === message.senderUserId &&
              entry.senderDeviceId === message.senderDeviceId;
            if (!isSame || message.body.length === 0) return;
            const opened = openBody({
              sealed: message.body,
              keyMessage: { contentKey, bodyHash },
              expected: { messageId, conversationId },
            });
            const body = withClearName(opened);
            if (kindOf(opened.content) === 'profile')
              await applyHandedProfile(tx, message, body.content, { entry, by: value.senderUserId });
            else await applyContent(deps, tx, message, body, { isShared: true });
          });
        } catch (error) {
          if (deps.judge.verdict(error, `${key}/${entry.seq}`) === null) throw error;
          deps.report(error);
        }
      }
    });
  }
}

/**
 * What the channel is called, said before this device came in. It counts when it was said, or is handed over, by an
 * owner or admin; of someone who is no longer a member no one can tell, and it counts while no other name is known.
 */
async function applyHandedProfile(
  tx: DeviceTx,
  { conversationId, seq, senderUserId }: IncomingMessage,
  coded: MessageContent,
  handed: { readonly entry: HistoryKey; readonly by: UserId },
): Promise<void> {
  const key = ROWS.conversation(conversationId);
  const row = await tx.get(key);
  const profile = coded.kind === 'coded' ? readContent(coded) : null;
  if (row?.channel === undefined || profile?.kind !== 'profile' || row.channel.profileSeq >= seq) return;
  const isVouchedFor = [senderUserId, handed.by].some((userId) => isModerator(row, userId));
  const isGone = row.members.every(({ userId }) => userId !== senderUserId);
  if (!isVouchedFor && !(isGone && row.channel.name === null)) return;
  const { name, description, sharesHistory } = profile;
  const named = row.channel.visibility === 'private' ? { name, description } : {};
  tx.put(key, { ...row, channel: { ...row.channel, ...named, sharesHistory, profileSeq: seq } });
  tx.put(CHANNEL_ROWS.profileKey(conversationId), handed.entry);
}

async function fetchMessages(
  deps: Deps,
  conversationId: ConversationId,
  { entries }: SharedHistoryRow,
): Promise<ReadonlyMap<number, StoredMessage>> {
  const wanted = new Set(entries.map(({ seq }) => seq));
  const first = Math.min(...wanted);
  const found = new Map<number, StoredMessage>();
  for (let before: number | null = Math.max(...wanted) + 1; before !== null && before > first;) {
    const limit = COUNT_LIMITS.page;
    const { messages } = await deps.api.messages.history.query({ conversationId, before, limit });
    for (const message of expectMost(messages, limit)) if (wanted.has(message.seq)) found.set(message.seq, message);
    const last: number | undefined = messages.at(-1)?.seq;
    // A server that does not go backwards is not asked for ever.
    before = last === undefined || last >= before ? null : last;
  }
  return found;
}
