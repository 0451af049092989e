import type { ConversationId, UserId } from '@seal-chat/protocol';
import type { ConnectionState, Presence } from '../model/connection.ts';

/** What is true only while the connection lasts; never stored. Plain data: the leader sends it to the other tabs. */
export interface LiveState {
  readonly connection: ConnectionState;
  readonly presence: Readonly<Record<UserId, Presence>>;
  readonly typing: Readonly<Record<ConversationId, readonly UserId[]>>;
}

export const NOT_CONNECTED: LiveState = { connection: { status: 'idle' }, presence: {}, typing: {} };
