import { dmId } from '@seal-chat/crypto';
import {
  CHANNEL_LIMITS,
  COUNT_LIMITS,
  idFromBytes,
  type ConversationId,
  type SealError,
  type UserId,
} from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import { pageOf } from '../src/channels/catch-up.ts';
import type { Deps } from '../src/context/deps.ts';
import { storeConversation } from '../src/conversations/conversation-rows.ts';
import { refreshConversations } from '../src/conversations/refresh-conversations.ts';
import { ROWS, type RowPrefix } from '../src/store/rows.ts';
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

  it('of new conversations and people, in one event after the other, takes up bounded room; known ones go on', async () => {
    const [device] = (await Play.begin('channel', randomOf(1))).devices;
    const [tab] = device!.tabs;
    const { tenantId, userId } = (await tab.reader.get(ROWS.account))!;
    const person = (id: UserId) =>
      ({ userId: id, username: 'someone', role: 'member', deliveredSeq: 0, deviceListVersion: 1 }) as const;
    const store = (answer: Partial<ConversationAnswer>): Promise<string> => {
      const whole = { createdAt: 0, lastSeq: 0, ...answer } as ConversationAnswer;
      return tab.transact((tx) => storeConversation(tx, whole)).then(() => 'stored', codeOf);
    };
    const dm = (n: number, more: Partial<ConversationAnswer> = {}): Promise<string> => {
      const other = idAt(n) as string as UserId;
      const members = [person(userId), person(other)];
      return store({ conversationId: dmId(tenantId, userId, other), kind: 'dm', members, ...more });
    };
    const answers = new Map<string, number>();
    for (let n = 0; n < COUNT_LIMITS.conversations + 10; n++) {
      const answer = await dm(n);
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
    expect([...answers]).toEqual([
      ['stored', COUNT_LIMITS.conversations],
      ['CONVERSATION_REJECTED', 10],
    ]);
    expect(await dm(7, { lastSeq: 3 })).toBe('stored');
    // Beside the channel that was there before.
    expect(await tab.reader.list(ROWS.conversations)).toHaveLength(COUNT_LIMITS.conversations + 1);

    const channel = { visibility: 'public', name: 'C', description: '' } as const;
    for (let round = 0; round <= 100; round++) {
      const ids = Array.from({ length: 1_000 }, (_, i) => idAt(1_000_000 + 1_000 * round + i) as string as UserId);
      const members = ids.map(person);
      expect(await store({ conversationId: CONVERSATION, kind: 'channel', members, channel })).toBe('stored');
    }
    const names = await tab.reader.list('name/' as RowPrefix<string>);
    expect(names.length).toBe(10 * COUNT_LIMITS.conversations);
  });

  it('of entries of a log is no page of it', () => {
    expect(() => pageOf(Array.from({ length: CHANNEL_LIMITS.logPage + 1 }) as never, 0, false)).toThrow('too long');
  });
});
