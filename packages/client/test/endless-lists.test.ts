import { CHANNEL_LIMITS, COUNT_LIMITS, idFromBytes, type ConversationId, type SealError } from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import { pageOf } from '../src/channels/catch-up.ts';
import type { Deps } from '../src/context/deps.ts';
import { storeConversation } from '../src/conversations/conversation-rows.ts';
import { refreshConversations } from '../src/conversations/refresh-conversations.ts';
import { ROWS } from '../src/store/rows.ts';
import { CONVERSATION, idOf, randomOf } from './support/model-server.ts';
import { Play } from './support/transcript-play.ts';

const codeOf = (error: unknown): string => (error as SealError).code;

/** Ids in their order, as many as anyone asks for. */
function idAt(n: number): ConversationId {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, n);
  return idFromBytes(bytes);
}

/** Pages that are asked for, and how that ends, where the list goes on as `first` says. */
async function listing(first: (page: number) => number): Promise<{ readonly pages: number; readonly code: string }> {
  let pages = 0;
  const query = ({ limit }: { readonly limit: number }) => {
    const from = first(pages++);
    return Promise.resolve(Array.from({ length: limit }, (_, i) => ({ conversationId: idAt(from + i) })));
  };
  const deps = { api: { conversations: { list: { query } } }, transact: () => Promise.resolve(), report: () => {} };
  const code = await refreshConversations(deps as unknown as Deps).then(() => 'none', codeOf);
  return { pages, code };
}

describe('a list without an end', () => {
  it('of conversations is read up to a limit, in circles too', async () => {
    const pages = COUNT_LIMITS.conversations / 100 + 1;
    expect(await listing((page) => page * 100)).toEqual({ pages, code: 'MALFORMED' });
    expect(await listing(() => 0)).toEqual({ pages, code: 'MALFORMED' });
  });

  it('of members changes nothing: a channel has a thousand', async () => {
    const [device] = (await Play.begin('channel', randomOf(1))).devices;
    const [tab] = device!.tabs;
    const store = (count: number): Promise<unknown> => {
      const members = Array.from({ length: count }, (_, i) => ({
        userId: idOf(`person ${i}`),
        username: `p${i}`,
        role: 'member',
        deliveredSeq: 0,
      }));
      const channel = { visibility: 'public', name: 'C', description: '' };
      const answer = { conversationId: CONVERSATION, kind: 'channel', members, createdAt: 0, lastSeq: 0, channel };
      return tab.transact((tx) => storeConversation(tx, answer as unknown as ConversationAnswer)).catch(codeOf);
    };
    const known = async (): Promise<number> => (await tab.reader.get(ROWS.conversation(CONVERSATION)))!.members.length;
    expect(await store(10 * CHANNEL_LIMITS.members)).toBe('MALFORMED');
    expect(await known()).toBe(3);
    expect(await store(CHANNEL_LIMITS.members)).toBeUndefined();
    expect(await known()).toBe(CHANNEL_LIMITS.members);
  });

  it('of entries of a log is no page of it', () => {
    expect(() => pageOf(Array.from({ length: CHANNEL_LIMITS.logPage + 1 }) as never, 0, false)).toThrow('too long');
  });
});
