import { PRIVACY_FIELDS, SYNC_TOPICS, isSwitchedOn, type UserId } from '@seal-chat/protocol';
import type { PrivacySettings } from '../model/account.ts';
import type { RowReader } from './device-tx.ts';
import { ROWS, type ConversationRow } from './rows.ts';

/** What other people are told of the person of this account: everything, unless they have turned it off. */
export async function privacyOf(reader: RowReader, ownUserId: UserId): Promise<PrivacySettings> {
  const settings = { typing: true, presence: true, receipts: true };
  for (const { value } of await reader.list(ROWS.registersOf(SYNC_TOPICS.privacy, ownUserId))) {
    if (value.field === PRIVACY_FIELDS.typing) settings.typing = isSwitchedOn(value.value, true);
    if (value.field === PRIVACY_FIELDS.presence) settings.presence = isSwitchedOn(value.value, true);
    if (value.field === PRIVACY_FIELDS.receipts) settings.receipts = isSwitchedOn(value.value, true);
  }
  return settings;
}

/**
 * Whether the other person of a DM is told nothing and nothing of theirs is fetched: they are a stranger, nobody this
 * account has written to, accepted or verified, or they are blocked.
 */
export function isHeldOff({ kind, isAccepted, isBlocked }: ConversationRow): boolean {
  return kind === 'dm' && (isAccepted !== true || isBlocked === true);
}
