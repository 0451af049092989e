import type { ConversationId } from '@seal-chat/protocol';
import { loadChannels } from '../channels/load.ts';
import { incomingOf } from '../content/incoming.ts';
import type { Deps } from '../context/deps.ts';
import { isAccountedFor } from '../conversations/sequence.ts';
import { loadKeyPackages } from '../key-packages/load.ts';
import { forgetSessions } from '../peers/sessions.ts';
import { maintainPreKeys } from '../prekeys/maintain.ts';
import { receiveMessage } from '../receive/receive-message.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';
import { ROLLBACK_STEP, ROWS, placeOf } from '../store/rows.ts';
import { claim } from './checkpoint.ts';

const PAGE = 100;
const MAX_PAGES = 100;

/** One is enough for an honest server. */
const MAX_ROUNDS = 3;

/**
 * After a rollback: no session is used again (its next message would be taken for a duplicate), all prekeys and
 * KeyPackages are replaced, and messages that this state has forgotten are fetched; their senders are asked for new keys.
 */
export async function recoverFromRollback(deps: Deps): Promise<void> {
  await deps.transact((tx) => forgetSessions(tx));
  await maintainPreKeys(deps, { renewAll: true });
  const { maintainKeyPackages } = await loadKeyPackages();
  await maintainKeyPackages(deps, { renewAll: true, isPrepared: false });
  const hasChannels = (await deps.reader.list(CHANNEL_ROWS.channels, { limit: 1 })).length > 0;
  if (hasChannels) await (await loadChannels()).renewChannels(deps);
  for (const { key, value } of await deps.reader.list(ROWS.conversations)) {
    // A channel's log is read again from where this state is.
    if (value.kind !== 'channel') await refetch(deps, placeOf(key).conversationId);
  }
  // Last, so that a crash on the way begins all of it again. A server that always says so is not believed for ever.
  let rounds = 0;
  while (!(await claim(deps, ROLLBACK_STEP)) && ++rounds < MAX_ROUNDS);
}

/** Goes back in the history of the server until it meets what is here. */
async function refetch(deps: Deps, conversationId: ConversationId): Promise<void> {
  let before: number | null = null;
  // What a server shows beyond these pages is asked for as gaps are.
  for (let page = 0; page < MAX_PAGES; page++) {
    const { messages } = await deps.api.messages.history.query({ conversationId, before, limit: PAGE });
    const conversation = await deps.reader.get(ROWS.conversation(conversationId));
    // What was sent before this device joined the account is not for it.
    const first = conversation?.firstSeq ?? Infinity;
    const wanted = messages.filter(({ seq }) => seq > first && !(conversation && isAccountedFor(conversation, seq)));
    const isNews = await deps.transact(async (tx) => {
      let found = false;
      for (const stored of wanted) {
        if ((await tx.get(ROWS.message(conversationId, stored.seq))) !== null) continue;
        found = true;
        await receiveMessage(deps, tx, incomingOf(stored, stored.envelope));
      }
      return found;
    });
    before = messages.at(-1)?.seq ?? null;
    if (!isNews || messages.length < PAGE) return;
  }
}
