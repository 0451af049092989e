import { dmId } from '@seal-chat/crypto';
import { newId, type TenantId, type UserId } from '@seal-chat/protocol';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import { describe, expect, it } from 'vitest';
import { storeConversation } from '../src/conversations/conversation-rows.ts';
import { underKnownNames } from '../src/conversations/names.ts';
import { memoryStore } from '../src/index.ts';
import { rowReader, transact } from '../src/store/device-tx.ts';
import { bindName } from '../src/store/bind-name.ts';
import { ROWS, type AccountRow, type PeerRow } from '../src/store/rows.ts';

const idOf = <T extends UserId | TenantId>(n: number): T => newId<T>(new Uint8Array(16).fill(n));
const [tenantId, self, bob, carol] = [idOf<TenantId>(1), idOf<UserId>(2), idOf<UserId>(3), idOf<UserId>(4)];

/** A device that is told of DMs and channels by a server. */
async function device() {
  const store = await memoryStore()('names');
  const reader = rowReader(store);
  const commit = <T>(task: Parameters<typeof transact<T>>[1]): Promise<T> =>
    transact({ store, committed: () => {} }, task);
  await commit(async (tx) => tx.put(ROWS.account, { status: 'active', tenantId, userId: self } as AccountRow));
  const told = async (other: UserId, username: unknown, more: Partial<ConversationAnswer> = {}) => {
    const member = (userId: UserId, name: unknown) =>
      ({ userId, username: name, role: 'member', deliveredSeq: 0 }) as ConversationAnswer['members'][number];
    const answer: ConversationAnswer = {
      conversationId: dmId(tenantId, self, other),
      kind: 'dm',
      createdAt: 1,
      lastSeq: 0,
      members: [member(self, 'me'), member(other, username)],
      ...more,
    };
    await commit((tx) => storeConversation(tx, answer));
    return (await reader.get(ROWS.conversation(answer.conversationId)))!;
  };
  const bind = (userId: UserId, name: string): Promise<void> =>
    commit(async (tx) => {
      tx.put(ROWS.peer(userId), {} as PeerRow);
      await bindName(tx, userId, name);
    });
  return { told, bind, reader };
}

describe('what a person is called', () => {
  it('two people keep their names when the server exchanges them, and each other name is told once', async () => {
    const { told } = await device();
    await told(bob, 'bob');
    await told(carol, 'carol');
    for (let i = 0; i < 3; i++) {
      expect(await told(bob, 'carol')).toMatchObject({
        members: [{}, { username: 'bob' }],
        renames: [{ afterSeq: 0, userId: bob, from: 'bob', to: 'carol' }],
      });
      expect((await told(carol, 'bob')).members[1]).toMatchObject({ username: 'carol' });
    }
    const back = await told(bob, 'bob');
    expect(back.members[1]).not.toHaveProperty('claimedName');
    expect((await told(bob, 'mallory')).renames?.map(({ to }) => to)).toEqual(['carol', 'mallory']);
  });

  it('a name that was not known before is taken, and none takes it away', async () => {
    const { told } = await device();
    expect((await told(bob, null)).members[1]).toMatchObject({ username: null });
    expect((await told(bob, 'bob')).members[1]).toMatchObject({ username: 'bob' });
    const without = await told(bob, null);
    expect(without.members[1]).toMatchObject({ username: 'bob' });
    expect(without.renames).toBeUndefined();
  });

  it('a search finds known people under their names', async () => {
    const { told, reader } = await device();
    await told(bob, 'bob');
    expect(await underKnownNames(reader, [{ userId: bob, username: 'carol' }])).toEqual([
      { userId: bob, username: 'bob' },
    ]);
  });

  it('a signed name of which something cannot be seen is none', async () => {
    const { told, bind } = await device();
    await told(bob, 'bob');
    await bind(bob, 'alice\u3164');
    expect((await told(bob, 'bob')).members[1]).toMatchObject({ username: null });
  });

  it('what is no name and no number changes nothing', async () => {
    const { told, reader } = await device();
    await told(bob, 'bob');
    const before = await reader.get(ROWS.conversation(dmId(tenantId, self, bob)));
    for (const name of [{ bytes: [0, 9] }, 7, ['bob'], 'x'.repeat(1_000), 'b\u202eob', 'bob\u3164', 'bob\n']) {
      await expect(told(bob, name)).rejects.toMatchObject({ code: 'MALFORMED' });
    }
    for (const lastSeq of [Number.MAX_SAFE_INTEGER, -1, 1.5, '7' as unknown as number]) {
      await expect(told(bob, 'bob', { lastSeq })).rejects.toMatchObject({ code: 'MALFORMED' });
    }
    expect(await reader.get(ROWS.conversation(dmId(tenantId, self, bob)))).toEqual(before);
  });
});
