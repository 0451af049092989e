import { describe, expect } from 'vitest';
import type { ConversationId } from '@seal-chat/protocol';
import type { MemberRole } from '@seal-chat/protocol/api';
import { findPeers } from '../src/conversations/lookup.ts';
import { channelOf, leafOf, newChannel, reconcile } from './support/channels.ts';
import { caughtUp, listen } from './support/events.ts';
import { signUp, type TestPerson } from './support/people.ts';
import { errorAnswerOf, refusalOf } from './support/probes.ts';
import { test } from './support/test.ts';

/** `ok`, or the code of the refusal. */
async function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'ok',
    (error: unknown) => errorAnswerOf(error).code,
  );
}

async function rolesIn(by: TestPerson, conversationId: ConversationId): Promise<Record<string, MemberRole>> {
  const { members } = await by.first.api.conversations.get.query({ conversationId });
  return Object.fromEntries(members.map(({ userId, role }) => [userId, role]));
}

describe('what a role may do', () => {
  let crew: readonly TestPerson[];
  let casts = 0;
  test.beforeAll(async ({ relay, tenant }) => {
    crew = await Promise.all(Array.from({ length: 6 }, () => signUp(relay, tenant)));
  });

  /** A channel with one of each role and two members, a new one for each question. */
  async function cast(visibility: 'public' | 'private') {
    const [owner, admin, member, target, stranger, newcomer] = [
      crew[0]!,
      crew[1]!,
      crew[2]!,
      crew[3]!,
      crew[4]!,
      crew[5]!,
    ];
    const name = visibility === 'public' ? `Cast ${casts++}` : null;
    const { conversationId } = await channelOf(owner, [admin, member, target], name);
    await owner.first.api.channels.setRole.mutate({ conversationId, userId: admin.userId, role: 'admin' });
    return { owner, admin, member, target, stranger, newcomer, conversationId, name };
  }
  type Cast = Awaited<ReturnType<typeof cast>>;
  type Actor = 'owner' | 'admin' | 'member' | 'stranger';

  const actions: Record<string, (who: TestPerson, at: Cast) => Promise<unknown>> = {
    'add a person': ({ first }, { conversationId, newcomer }) =>
      first.api.channels.add.mutate({ conversationId, userIds: [newcomer.userId] }),
    'invite a person': ({ first }, { conversationId, newcomer }) =>
      first.api.channels.invite.mutate({ conversationId, userIds: [newcomer.userId] }),
    'remove a member': ({ first }, { conversationId, target }) =>
      first.api.channels.remove.mutate({ conversationId, userId: target.userId }),
    'remove an admin': async ({ first }, { conversationId, owner, target }) => {
      await owner.first.api.channels.setRole.mutate({ conversationId, userId: target.userId, role: 'admin' });
      return first.api.channels.remove.mutate({ conversationId, userId: target.userId });
    },
    'make an admin': ({ first }, { conversationId, target }) =>
      first.api.channels.setRole.mutate({ conversationId, userId: target.userId, role: 'admin' }),
    'take the channel over': ({ first, userId }, { conversationId }) =>
      first.api.channels.setRole.mutate({ conversationId, userId, role: 'owner' }),
    rename: ({ first }, { conversationId, name }) =>
      first.api.channels.update.mutate({ conversationId, name: `${name} 2`, description: 'new' }),
  };
  const table: [string, 'public' | 'private', Record<Actor, string>][] = [
    ['add a person', 'private', { owner: 'ok', admin: 'ok', member: 'FORBIDDEN', stranger: 'NOT_A_MEMBER' }],
    ['add a person', 'public', { owner: 'ok', admin: 'ok', member: 'FORBIDDEN', stranger: 'NOT_A_MEMBER' }],
    ['invite a person', 'private', { owner: 'ok', admin: 'ok', member: 'FORBIDDEN', stranger: 'NOT_A_MEMBER' }],
    ['invite a person', 'public', { owner: 'ok', admin: 'ok', member: 'ok', stranger: 'NOT_A_MEMBER' }],
    ['remove a member', 'private', { owner: 'ok', admin: 'ok', member: 'FORBIDDEN', stranger: 'NOT_A_MEMBER' }],
    ['remove an admin', 'private', { owner: 'ok', admin: 'FORBIDDEN', member: 'FORBIDDEN', stranger: 'NOT_A_MEMBER' }],
    ['make an admin', 'public', { owner: 'ok', admin: 'FORBIDDEN', member: 'FORBIDDEN', stranger: 'NOT_A_MEMBER' }],
    [
      'take the channel over',
      'public',
      { owner: 'ok', admin: 'FORBIDDEN', member: 'FORBIDDEN', stranger: 'NOT_A_MEMBER' },
    ],
    ['rename', 'public', { owner: 'ok', admin: 'ok', member: 'FORBIDDEN', stranger: 'NOT_A_MEMBER' }],
    ['rename', 'private', { owner: 'BAD_INPUT', admin: 'BAD_INPUT', member: 'FORBIDDEN', stranger: 'NOT_A_MEMBER' }],
  ];

  test.each(table)('%s in a %s channel', async (action, visibility, expected) => {
    const outcomes: Record<string, string> = {};
    for (const actor of ['owner', 'admin', 'member', 'stranger'] as const) {
      const at = await cast(visibility);
      outcomes[actor] = await outcomeOf(actions[action]!(at[actor], at));
    }
    expect(outcomes).toEqual(expected);
  });

  test('members cannot remove themselves, and what does not exist is NOT_FOUND', async () => {
    const { owner, stranger, conversationId } = await cast('private');
    const { channels } = owner.first.api;
    expect([
      await outcomeOf(channels.remove.mutate({ conversationId, userId: owner.userId })),
      await outcomeOf(channels.remove.mutate({ conversationId, userId: stranger.userId })),
      await outcomeOf(channels.setRole.mutate({ conversationId, userId: stranger.userId, role: 'admin' })),
      await outcomeOf(channels.add.mutate({ conversationId, userIds: [stranger.first.deviceId as never] })),
      await outcomeOf(channels.invite.mutate({ conversationId, userIds: [stranger.first.deviceId as never] })),
    ]).toEqual(['BAD_INPUT', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND']);
  });
});

describe('the owner', () => {
  test('the last owner cannot give up the role, and passes it on by leaving', async ({ people }) => {
    const [owner, early, admin, late] = await people(4);
    const { conversationId } = await channelOf(owner!, [early!]);
    await owner!.first.api.channels.add.mutate({ conversationId, userIds: [late!.userId, admin!.userId] });
    await owner!.first.api.channels.setRole.mutate({ conversationId, userId: admin!.userId, role: 'admin' });
    const demote = owner!.first.api.channels.setRole.mutate({ conversationId, userId: owner!.userId, role: 'member' });
    expect(await refusalOf(demote)).toMatchObject({ code: 'FORBIDDEN' });
    await owner!.first.api.channels.leave.mutate({ conversationId });
    // An admin comes before a member who was there longer.
    expect(await rolesIn(late!, conversationId)).toEqual({
      [admin!.userId]: 'owner',
      [early!.userId]: 'member',
      [late!.userId]: 'member',
    });
    await admin!.first.api.channels.leave.mutate({ conversationId });
    expect(await rolesIn(late!, conversationId)).toEqual({ [early!.userId]: 'owner', [late!.userId]: 'member' });
  });

  test('a channel ends when its last member leaves, and its name is free again', async ({ relay, people }) => {
    const [alice, bob] = await people(2);
    const name = `Last ${alice!.userId}`;
    const { conversationId } = await channelOf(alice!, [], name);
    await alice!.first.api.channels.invite.mutate({ conversationId, userIds: [bob!.userId] });
    await alice!.first.api.channels.leave.mutate({ conversationId });
    expect(await bob!.first.api.channels.invitations.query({})).toEqual([]);
    for (const table of ['conversations', 'messages', 'channel_commits', 'channel_leaves', 'invitations']) {
      const column = table === 'conversations' ? 'id' : 'conversation_id';
      const left = await relay.sql`
        select 1 from ${relay.sql(table)} where ${relay.sql(column)} = ${conversationId}`;
      expect([table, left.length]).toEqual([table, 0]);
    }
    await bob!.first.api.channels.create.mutate(newChannel(name));
  });
});

describe('public channels', () => {
  test('public channels have unique names regardless of case, even when many are created at once', async ({
    people,
  }) => {
    const crowd = await people(6);
    const name = `Straße ${crowd[0]!.userId}`;
    const variants = [name, name.toUpperCase(), name.toLowerCase(), ` ${name} `, name, name];
    const outcomes = await Promise.all(
      crowd.map(({ first }, i) => outcomeOf(first.api.channels.create.mutate(newChannel(variants[i])))),
    );
    expect(outcomes.toSorted()).toEqual([...Array.from({ length: 5 }, () => 'NAME_TAKEN'), 'ok']);
  });

  test('a public channel can take a free name, or its own name in another case', async ({ people }) => {
    const [alice] = await people(1);
    const [one, two] = [`One ${alice!.userId}`, `Total ${alice!.userId}`];
    const { conversationId } = await channelOf(alice!, [], one);
    await channelOf(alice!, [], two);
    const rename = (name: string) =>
      alice!.first.api.channels.update.mutate({ conversationId, name, description: 'd' });
    expect(await refusalOf(rename(two.toUpperCase()))).toMatchObject({ code: 'NAME_TAKEN' });
    expect(await refusalOf(rename(two.replace('l', 'I')))).toMatchObject({ code: 'NAME_TAKEN' });
    expect((await rename(one.toUpperCase())).channel).toEqual({
      visibility: 'public',
      name: one.toUpperCase(),
      description: 'd',
    });
  });

  test('public channels show their name, private ones do not', async ({ people }) => {
    const [alice] = await people(1);
    const create = async (change: object) =>
      outcomeOf(alice!.first.api.channels.create.mutate({ ...newChannel(), ...change }));
    expect([
      await create({ visibility: 'public' }),
      await create({ visibility: 'public', name: 'x', description: null }),
      await create({ name: 'secret plans' }),
      await create({ description: 'secret plans' }),
    ]).toEqual(['BAD_INPUT', 'BAD_INPUT', 'BAD_INPUT', 'BAD_INPUT']);
  });

  test('public channels are found by any part of their name, page by page, and can be joined', async ({ people }) => {
    const [alice, bob] = await people(2);
    const mark = alice!.userId.slice(0, 8);
    for (const name of ['b_', 'c%', 'a ']) await channelOf(alice!, [], `${name}${mark} talk`);
    await channelOf(alice!, []);
    const browse = (query: string, after: string | null = null, limit = 10) =>
      bob!.first.api.channels.browse.query({ query, after, limit });
    const found = await browse(`${mark} TALK`);
    expect(found.map(({ name }) => name)).toEqual(['a ', 'b_', 'c%'].map((name) => `${name}${mark} talk`));
    expect(found[0]).toMatchObject({ memberCount: 1, isMember: false, description: `All about a ${mark} talk` });
    const second = await browse(mark, found[0]!.name, 1);
    expect(second).toEqual([found[1]]);
    expect(await browse(`%${mark}`)).toEqual([found[2]]);
    const { conversationId } = found[0]!;
    const joined = await bob!.first.api.channels.join.mutate({ conversationId });
    expect(joined.members.find(({ userId }) => userId === bob!.userId)).toMatchObject({ role: 'member' });
    expect(await bob!.first.api.channels.join.mutate({ conversationId })).toEqual(joined);
    expect((await browse(mark))[0]).toMatchObject({ memberCount: 2, isMember: true });
  });
});

describe('invitations', () => {
  test('an invitation admits its holder to a private channel once', async ({ people }) => {
    const [alice, bob, carol] = await people(3);
    const { conversationId } = await channelOf(alice!, []);
    const [heard, gone] = await Promise.all([caughtUp(listen(bob!.first)), caughtUp(listen(carol!.first))]);
    const join = (person: TestPerson) => person.first.api.channels.join.mutate({ conversationId });
    expect(await refusalOf(join(bob!))).toMatchObject({ code: 'NOT_A_MEMBER' });
    const userIds = [bob!.userId, carol!.userId, alice!.userId];
    await alice!.first.api.channels.invite.mutate({ conversationId, userIds });
    await heard.until((events) => events.some(({ type }) => type === 'invitations'));
    expect(await bob!.first.api.channels.invitations.query({})).toMatchObject([
      {
        conversationId,
        visibility: 'private',
        name: null,
        inviterUserId: alice!.userId,
        inviterName: alice!.username,
        memberCount: 1,
      },
    ]);
    expect(await alice!.first.api.channels.invitations.query({})).toEqual([]);
    await join(bob!);
    await heard.until((events) => events.some(({ type }) => type === 'conversation'));
    expect(await bob!.first.api.channels.invitations.query({})).toEqual([]);
    await carol!.first.api.channels.decline.mutate({ conversationId });
    await gone.until((events) => events.filter(({ type }) => type === 'invitations').length === 2);
    expect(await refusalOf(join(carol!))).toMatchObject({ code: 'NOT_A_MEMBER' });
    const again = carol!.first.api.channels.decline.mutate({ conversationId });
    expect(await refusalOf(again)).toMatchObject({ code: 'NOT_FOUND' });
    // A person who is taken out needs another, and the invitations they gave are worth nothing.
    const { userId } = bob!;
    await alice!.first.api.channels.setRole.mutate({ conversationId, userId, role: 'admin' });
    await bob!.first.api.channels.invite.mutate({ conversationId, userIds: [carol!.userId] });
    await alice!.first.api.channels.remove.mutate({ conversationId, userId: bob!.userId });
    expect(await refusalOf(join(bob!))).toMatchObject({ code: 'NOT_A_MEMBER' });
    expect(await refusalOf(join(carol!))).toMatchObject({ code: 'NOT_A_MEMBER' });
    await gone.until((events) => events.filter(({ type }) => type === 'invitations').length === 4);
  });
});

describe('members', () => {
  test('members who are removed and added again before a Commit stay in the group', async ({ people }) => {
    const [alice, bob] = await people(2);
    const { conversationId, group } = await channelOf(alice!, [bob!]);
    await alice!.first.api.channels.remove.mutate({ conversationId, userId: bob!.userId });
    await alice!.first.api.channels.add.mutate({ conversationId, userIds: [bob!.userId] });
    expect(await alice!.first.api.channels.group.query({ conversationId })).toEqual(group);
  });

  test('members are notified of who joins, changes role and leaves', async ({ people }) => {
    const [alice, bob, carol] = await people(3);
    const { conversationId } = await channelOf(alice!, [bob!]);
    const [toBob, toCarol] = await Promise.all([caughtUp(listen(bob!.first)), caughtUp(listen(carol!.first))]);
    await alice!.first.api.channels.add.mutate({ conversationId, userIds: [carol!.userId] });
    await toCarol.until((events) =>
      events.some((event) => event.type === 'conversation' && event.conversation.conversationId === conversationId),
    );
    // Carol and the others see that they are there.
    await toCarol.until((events) => events.some((event) => event.type === 'presence' && event.userId === bob!.userId));
    await toBob.until((events) => events.some((event) => event.type === 'presence' && event.userId === carol!.userId));
    await toBob.until((events) => events.some((event) => event.type === 'channel-head' && event.isPending));
    await reconcile(alice!.first, conversationId);
    await alice!.first.api.channels.setRole.mutate({ conversationId, userId: carol!.userId, role: 'admin' });
    await toBob.until((events) =>
      events.some(
        (event) =>
          event.type === 'conversation' &&
          event.conversation.members.some(({ userId, role }) => userId === carol!.userId && role === 'admin'),
      ),
    );
    await alice!.first.api.channels.remove.mutate({ conversationId, userId: carol!.userId });
    await toCarol.until((events) => events.some(({ type }) => type === 'conversation-gone'));
    await bob!.first.api.sync.typing.mutate({ conversationId, isTyping: true });
    const { toRemove } = await bob!.first.api.channels.group.query({ conversationId });
    expect(toRemove).toEqual([leafOf(carol!)]);
    expect(toCarol.events.filter(({ type }) => type === 'typing')).toEqual([]);
    expect(await bob!.first.api.conversations.list.query({ after: null, limit: 10 })).toMatchObject([
      { conversationId, kind: 'channel', channel: { visibility: 'private' } },
    ]);
  });

  test('members of a channel of more than a hundred do not get each other’s presence', async ({
    relay,
    tenant,
    people,
  }) => {
    const [alice, bob] = await people(2);
    const { conversationId } = await channelOf(alice!, [bob!]);
    const { tenantId } = tenant;
    const fill = async (members: number): Promise<void> => {
      await relay.sql`
        with made as (
          insert into users (tenant_id, id, identity_key, list_version)
          select ${tenantId}, gen_random_uuid(), ''::bytea, 1 from generate_series(1, ${members}) returning id)
        insert into memberships (tenant_id, conversation_id, user_id) select ${tenantId}, ${conversationId}, id from made`;
    };
    const peers = async () => (await findPeers(relay.sql, tenantId, alice!.userId)).length;
    await fill(98);
    expect(await peers()).toBe(99);
    await fill(1);
    expect(await peers()).toBe(0);
    await alice!.first.api.conversations.openDm.mutate({ userId: bob!.userId });
    expect(await peers()).toBe(1);
  });

  test('a channel refuses members beyond its limit', async ({ relay, tenant, people }) => {
    const [alice, bob] = await people(2);
    const { conversationId } = await channelOf(alice!, [], `Full ${alice!.userId}`);
    const { tenantId } = tenant;
    await relay.sql`
      insert into users (tenant_id, id, identity_key, list_version)
      select ${tenantId}, gen_random_uuid(), ''::bytea, 1 from generate_series(1, 999)`;
    await relay.sql`
      insert into memberships (tenant_id, conversation_id, user_id)
      select ${tenantId}, ${conversationId}, id from users
      where tenant_id = ${tenantId} and identity_key = ''::bytea limit 998`;
    const [carol] = await people(1);
    const outcomes = await Promise.all(
      [bob!, carol!].map(({ first }) => outcomeOf(first.api.channels.join.mutate({ conversationId }))),
    );
    expect(outcomes.toSorted()).toEqual(['CHANNEL_FULL', 'ok']);
    const add = alice!.first.api.channels.add.mutate({ conversationId, userIds: [bob!.userId, carol!.userId] });
    expect(await refusalOf(add)).toMatchObject({ code: 'CHANNEL_FULL' });
  });
});
