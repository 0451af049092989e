import { describe, expect } from 'vitest';
import { CHANNEL_LIMITS, newId, type ConversationId, type MessageId } from '@seal-chat/protocol';
import {
  channelMessage,
  channelOf,
  commitAt,
  leafOf,
  newChannel,
  noise,
  reconcile,
  welcomesIn,
} from './support/channels.ts';
import { rng } from './support/connections.ts';
import { addDevice } from './support/devices.ts';
import { caughtUp, listen } from './support/events.ts';
import { signUp, type TestDevice } from './support/people.ts';
import { errorAnswerOf, refusalOf } from './support/probes.ts';
import { test } from './support/test.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const groupOf = (device: TestDevice, conversationId: ConversationId) =>
  device.api.channels.group.query({ conversationId });
const logOf = (device: TestDevice, conversationId: ConversationId, after = 0, limit = 100) =>
  device.api.channels.log.query({ conversationId, after, limit });

describe('a channel', () => {
  test('a channel begins with its creator’s device, and creating it again returns the same answer', async ({
    relay,
    people,
  }) => {
    const [alice] = await people(1);
    const second = await addDevice(relay, alice!);
    const input = newChannel();
    const made = await alice!.first.api.channels.create.mutate(input);
    expect(made).toMatchObject({
      conversationId: input.conversationId,
      kind: 'channel',
      lastSeq: 0,
      channel: { visibility: 'private', name: null, description: null },
      members: [{ userId: alice!.userId, role: 'owner' }],
    });
    expect(await alice!.first.api.channels.create.mutate(input)).toEqual(made);
    expect(await groupOf(alice!.first, made.conversationId)).toEqual({
      incarnation: 0,
      epoch: 0,
      suite: 1,
      groupInfo: input.groupInfo,
      authenticator: input.authenticator,
      epochSeq: 0,
      lastSeq: 0,
      toRemove: [],
      toAdd: [leafOf(alice!, second)],
      isReported: false,
    });
    const other = { ...input, authenticator: noise(32) };
    expect(await refusalOf(alice!.first.api.channels.create.mutate(other))).toMatchObject({ code: 'CONFLICT' });
  });

  test('a channel has one log of messages and Commits without gaps, and returns it page by page', async ({
    people,
  }) => {
    const [alice, bob] = await people(2);
    const { conversationId, group } = await channelOf(alice!, [bob!]);
    const sent = await Promise.all(
      upTo(6).map((i) => alice!.first.api.channels.send.mutate(channelMessage(conversationId, group, `m${i}`))),
    );
    expect(sent.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7]);
    const { seq } = await bob!.first.api.channels.commit.mutate(commitAt(conversationId, group));
    expect(seq).toBe(8);
    const first = await logOf(bob!.first, conversationId, 0, 5);
    const rest = await logOf(bob!.first, conversationId, 5, 5);
    expect([...first.entries, ...rest.entries].map((entry) => [entry.seq, entry.kind])).toEqual([
      [1, 'commit'],
      ...upTo(6).map((i) => [i + 1, 'message']),
      [8, 'commit'],
    ]);
    expect([first.lastSeq, rest.lastSeq]).toEqual([8, 8]);
    expect(first.entries[0]).toMatchObject({ epoch: 0, adds: [leafOf(bob!)], removes: [], isExternal: false });
    expect((await logOf(bob!.first, conversationId, 8)).entries).toEqual([]);
    expect(await bob!.first.api.channels.heads.query({})).toEqual([
      { conversationId, incarnation: 0, epoch: 2, lastSeq: 8, isPending: false },
    ]);
  });
});

describe('Commits', () => {
  test('one of many concurrent Commits wins in each epoch, and the others get the state it left', async ({
    relay,
    people,
  }) => {
    const crowd = await people(4);
    const devices = await Promise.all(crowd.map(async (one) => [one.first, await addDevice(relay, one)]));
    const { conversationId, group } = await channelOf(crowd[0]!, crowd.slice(1));
    const contenders = devices.flat().flatMap((device) => [device, device, device]);
    const outcomes = await Promise.all(
      contenders.map((device) =>
        device.api.channels.commit.mutate(commitAt(conversationId, group)).then(
          ({ seq }) => ({ seq }),
          (error: unknown) => errorAnswerOf(error),
        ),
      ),
    );
    const lost = outcomes.filter((outcome) => 'code' in outcome);
    expect(outcomes.filter((outcome) => 'seq' in outcome)).toEqual([{ seq: 2 }]);
    expect(new Set(lost.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify({ code: 'EPOCH_STALE', details: { group: { incarnation: 0, epoch: 2, lastSeq: 2 } } })]),
    );
    expect(lost).toHaveLength(23);
    const { entries } = await logOf(crowd[0]!.first, conversationId);
    expect(entries.map(({ seq, kind }) => [seq, kind])).toEqual([
      [1, 'commit'],
      [2, 'commit'],
    ]);
  });

  test('with concurrent Commits, every message is in the epoch that was present at its place in the log', async ({
    people,
  }) => {
    const [alice, bob] = await people(2);
    const { conversationId } = await channelOf(alice!, [bob!]);
    const work = [alice!, bob!].flatMap(({ first }) =>
      upTo(20).map(async (i) => {
        for (;;) {
          const { incarnation, epoch } = await groupOf(first, conversationId);
          const call =
            i % 4 === 0
              ? first.api.channels.commit.mutate(commitAt(conversationId, { incarnation, epoch }))
              : first.api.channels.send.mutate(channelMessage(conversationId, { incarnation, epoch }));
          const code = await call.then(
            () => null,
            (error: unknown) => errorAnswerOf(error).code,
          );
          if (code === null) return;
          expect(code).toBe('EPOCH_STALE');
        }
      }),
    );
    await Promise.all(work);
    const { entries } = await logOf(alice!.first, conversationId);
    expect(entries.map(({ seq }) => seq)).toEqual(upTo(41));
    let epoch = 0;
    for (const entry of entries) {
      expect(entry).toMatchObject({ epoch });
      if (entry.kind === 'commit') epoch++;
    }
    expect(epoch).toBe(11);
  });

  test('a Commit is stored completely or not at all', async ({ relay, people }) => {
    const [alice, bob] = await people(2);
    const { conversationId } = await alice!.first.api.channels.create.mutate(newChannel());
    await alice!.first.api.channels.add.mutate({ conversationId, userIds: [bob!.userId] });
    const before = await groupOf(alice!.first, conversationId);
    const commit = commitAt(conversationId, before, { adds: [leafOf(bob!)] });
    // The last statement of the bundle fails.
    await relay.sql`alter table mailbox_entries add constraint unlucky check (kind <> 'welcome') not valid`;
    expect(await refusalOf(alice!.first.api.channels.commit.mutate(commit))).toMatchObject({ code: 'INTERNAL' });
    await relay.sql`alter table mailbox_entries drop constraint unlucky`;
    expect(await groupOf(alice!.first, conversationId)).toEqual(before);
    expect((await logOf(alice!.first, conversationId)).entries).toEqual([]);
    expect(await alice!.first.api.channels.commit.mutate(commit)).toMatchObject({ seq: 1 });
    expect(await groupOf(alice!.first, conversationId)).toMatchObject({
      epoch: 1,
      epochSeq: 1,
      groupInfo: commit.groupInfo,
      authenticator: commit.authenticator,
      toAdd: [],
    });
  });

  test('only added devices get a Welcome, and only when the Commit was accepted', async ({ people }) => {
    const [alice, bob, carol] = await people(3);
    const { conversationId, group } = await channelOf(alice!, [carol!]);
    await alice!.first.api.channels.add.mutate({ conversationId, userIds: [bob!.userId] });
    const heard = await caughtUp(listen(bob!.first));
    const late = commitAt(conversationId, { ...group, epoch: 0 }, { adds: [leafOf(bob!)] });
    expect(await refusalOf(alice!.first.api.channels.commit.mutate(late))).toMatchObject({ code: 'EPOCH_STALE' });
    const commit = commitAt(conversationId, group, { adds: [leafOf(bob!)] });
    const { seq } = await alice!.first.api.channels.commit.mutate(commit);
    await heard.until((events) => welcomesIn(events).length > 0);
    expect(welcomesIn(heard.events)).toEqual([
      {
        type: 'welcome',
        position: 1,
        conversationId,
        seq,
        incarnation: 0,
        senderUserId: alice!.userId,
        senderDeviceId: alice!.first.deviceId,
        welcome: commit.welcome,
      },
    ]);
    const { events } = await caughtUp(listen(carol!.first));
    expect(welcomesIn(events)).toHaveLength(1);
    await bob!.first.api.sync.ack.mutate({ position: 1 });
    expect(welcomesIn((await caughtUp(listen(bob!.first))).events)).toEqual([]);
  });

  test('a Commit that is sent again gets its first answer, even after other Commits', async ({ people }) => {
    const [alice, bob] = await people(2);
    const { conversationId, group } = await channelOf(alice!, [bob!]);
    const commit = commitAt(conversationId, group);
    const answers = await Promise.all([1, 2, 3].map(() => alice!.first.api.channels.commit.mutate(commit)));
    await bob!.first.api.channels.commit.mutate(commitAt(conversationId, await groupOf(bob!.first, conversationId)));
    answers.push(await alice!.first.api.channels.commit.mutate(commit));
    expect(new Set(answers.map(({ seq, acceptedAt }) => `${seq} ${acceptedAt}`)).size).toBe(1);
    const at = await groupOf(alice!.first, conversationId);
    expect(at).toMatchObject({ epoch: 3, lastSeq: 3 });
    const message = channelMessage(conversationId, at);
    await alice!.first.api.channels.send.mutate(message);
    const underItsId = commitAt(conversationId, at, { commitId: message.messageId });
    expect(await refusalOf(alice!.first.api.channels.commit.mutate(underItsId))).toMatchObject({ code: 'CONFLICT' });
  });

  test('Commits that contradict themselves, or name devices they may not, are refused', async ({ relay, people }) => {
    const [alice, bob, carol] = await people(3);
    const second = await addDevice(relay, bob!);
    const { conversationId } = await alice!.first.api.channels.create.mutate(newChannel());
    await alice!.first.api.channels.add.mutate({ conversationId, userIds: [bob!.userId] });
    const at = await groupOf(alice!.first, conversationId);
    const codeOf = async (device: TestDevice, change: Parameters<typeof commitAt>[2]) =>
      (await refusalOf(device.api.channels.commit.mutate(commitAt(conversationId, at, change)))).code;
    const bobs = leafOf(bob!);
    const welcome = noise(100);
    expect([
      await codeOf(alice!.first, { adds: [bobs, bobs] }),
      await codeOf(alice!.first, { adds: [bobs], welcome: null }),
      await codeOf(alice!.first, { welcome }),
      await codeOf(alice!.first, { adds: [leafOf(carol!)] }),
      await codeOf(alice!.first, { adds: [{ ...bobs, userId: carol!.userId }] }),
      await codeOf(alice!.first, { removes: [bob!.first.deviceId] }),
      await codeOf(alice!.first, { removes: [alice!.first.deviceId] }),
      await codeOf(bob!.first, {}),
      await codeOf(bob!.first, { adds: [leafOf(bob!, second)] }),
      await codeOf(bob!.first, { adds: [leafOf(bob!, second)], isExternal: true }),
      await codeOf(bob!.first, { adds: [bobs], removes: [alice!.first.deviceId], isExternal: true }),
      await codeOf(bob!.first, { adds: [bobs], removes: [bob!.first.deviceId], isExternal: true }),
      await codeOf(bob!.first, { adds: [bobs], isExternal: true, welcome }),
      await codeOf(carol!.first, { adds: [leafOf(carol!)], isExternal: true }),
    ]).toEqual(
      `BAD_INPUT BAD_INPUT BAD_INPUT CONFLICT CONFLICT CONFLICT CONFLICT
      FORBIDDEN FORBIDDEN BAD_INPUT BAD_INPUT CONFLICT BAD_INPUT NOT_A_MEMBER`.split(/\s+/),
    );
    expect(await groupOf(alice!.first, conversationId)).toEqual(at);
  });

  test('a Commit of the largest size is accepted with the largest Welcome and GroupInfo', async ({ people }) => {
    const [alice, bob] = await people(2);
    const { conversationId } = await alice!.first.api.channels.create.mutate(newChannel());
    await alice!.first.api.channels.add.mutate({ conversationId, userIds: [bob!.userId] });
    const commit = {
      ...commitAt(conversationId, { incarnation: 0, epoch: 0 }, { adds: [leafOf(bob!)] }),
      commit: noise(CHANNEL_LIMITS.commit),
      welcome: noise(CHANNEL_LIMITS.welcome),
      groupInfo: noise(CHANNEL_LIMITS.groupInfo),
    };
    await alice!.first.api.channels.commit.mutate(commit);
    const { events } = await caughtUp(listen(bob!.first));
    expect(welcomesIn(events).map(({ welcome }) => welcome === commit.welcome)).toEqual([true]);
    expect((await groupOf(bob!.first, conversationId)).groupInfo === commit.groupInfo).toBe(true);
  });

  test('Commits cannot add more devices than a group can have', async ({ relay, tenant, people }) => {
    const [alice] = await people(1);
    const { conversationId } = await alice!.first.api.channels.create.mutate(newChannel());
    const { tenantId } = tenant;
    const { userId } = alice!;
    await relay.sql`
      with made as (
        insert into devices (tenant_id, id, user_id, dh_key, sign_key, registration_id, added_in)
        select ${tenantId}, gen_random_uuid(), ${userId}, ''::bytea, ''::bytea, 1, 1
        from generate_series(1, ${CHANNEL_LIMITS.leaves - 2}) returning id)
      insert into channel_leaves (tenant_id, conversation_id, device_id)
      select ${tenantId}, ${conversationId}, id from made`;
    const devices = [await addDevice(relay, alice!), await addDevice(relay, alice!)];
    const outcomes: string[] = [];
    for (const [epoch, device] of devices.entries()) {
      const join = { adds: [leafOf(alice!, device)], isExternal: true };
      const call = device.api.channels.commit.mutate(commitAt(conversationId, { incarnation: 0, epoch }, join));
      outcomes.push(
        await call.then(
          () => 'ok',
          (error: unknown) => errorAnswerOf(error).code,
        ),
      );
    }
    expect(outcomes).toEqual(['ok', 'CHANNEL_FULL']);
  });

  test("a member's device can join on its own, and again after it lost its place", async ({ relay, people }) => {
    const [alice, bob] = await people(2);
    const { conversationId, group } = await channelOf(alice!, [bob!]);
    const second = await addDevice(relay, bob!);
    const own = leafOf(bob!, second);
    expect((await groupOf(alice!.first, conversationId)).toAdd).toEqual([own]);
    const join = commitAt(conversationId, group, { adds: [own], isExternal: true });
    const { seq } = await second.api.channels.commit.mutate(join);
    const again = { adds: [own], isExternal: true };
    const at = await groupOf(second, conversationId);
    const twice = second.api.channels.commit.mutate(commitAt(conversationId, at, again));
    expect(await refusalOf(twice)).toMatchObject({ code: 'CONFLICT' });
    await second.api.channels.commit.mutate(commitAt(conversationId, at, { ...again, removes: [second.deviceId] }));
    const { entries } = await logOf(alice!.first, conversationId, seq - 1);
    expect(entries).toMatchObject([
      { seq, isExternal: true, adds: [own], removes: [] },
      { seq: seq + 1, isExternal: true, adds: [own], removes: [second.deviceId] },
    ]);
    expect(await groupOf(second, conversationId)).toMatchObject({ epoch: 3, toAdd: [], toRemove: [] });
  });
});

describe('a group that members cannot follow', () => {
  test('a group is reported by its members, and reset by those who manage the channel', async ({ people }) => {
    const [alice, bob, carol] = await people(3);
    const { conversationId, group } = await channelOf(alice!, [bob!, carol!]);
    const reset = (device: TestDevice, incarnation: number) =>
      device.api.channels.reset.mutate({ conversationId, incarnation, groupInfo: noise(90), authenticator: noise(32) });
    expect(await refusalOf(reset(alice!.first, 1))).toMatchObject({ code: 'FORBIDDEN' });
    await bob!.first.api.channels.commit.mutate(commitAt(conversationId, group));
    const late = { conversationId, incarnation: 0, epoch: 0 };
    expect(await refusalOf(carol!.first.api.channels.report.mutate(late))).toMatchObject({ code: 'EPOCH_STALE' });
    const heard = await caughtUp(listen(alice!.first));
    await carol!.first.api.channels.report.mutate({ conversationId, incarnation: 0, epoch: 1 });
    await heard.until((events) => events.some(({ type }) => type === 'channel-head'));
    expect(await groupOf(alice!.first, conversationId)).toMatchObject({ isReported: true });
    expect(await refusalOf(reset(bob!.first, 1))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refusalOf(reset(alice!.first, 2))).toMatchObject({ code: 'EPOCH_STALE' });
    const { seq } = await reset(alice!.first, 1);
    expect(await groupOf(bob!.first, conversationId)).toMatchObject({
      incarnation: 1,
      epoch: 0,
      epochSeq: seq,
      isReported: false,
      toRemove: [],
      toAdd: [leafOf(bob!), leafOf(carol!)].toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1)),
    });
    const { entries } = await logOf(bob!.first, conversationId, seq - 1);
    expect(entries).toMatchObject([{ kind: 'reset', seq, incarnation: 1, senderUserId: alice!.userId }]);
    const old = bob!.first.api.channels.send.mutate(channelMessage(conversationId, { incarnation: 0, epoch: 2 }));
    expect(await refusalOf(old)).toMatchObject({ code: 'EPOCH_STALE' });
    const after = await reconcile(alice!.first, conversationId);
    await bob!.first.api.channels.send.mutate(channelMessage(conversationId, after));
  });

  test('a Commit makes reports of the previous epoch void', async ({ people }) => {
    const [alice] = await people(1);
    const { conversationId, group } = await channelOf(alice!, []);
    await alice!.first.api.channels.report.mutate({ conversationId, incarnation: 0, epoch: group.epoch - 1 });
    await alice!.first.api.channels.commit.mutate(commitAt(conversationId, group));
    expect(await groupOf(alice!.first, conversationId)).toMatchObject({ isReported: false });
  });
});

test('changes of channels are limited per minute', async ({ relay }) => {
  const small = await relay.addTenant({ limits: { channelChangesPerMinutePerUser: 2 } });
  const alice = await signUp(relay, small);
  await alice.first.api.channels.create.mutate(newChannel());
  const { conversationId } = await alice.first.api.channels.create.mutate(newChannel());
  const commit = commitAt(conversationId, { incarnation: 0, epoch: 0 });
  const third = alice.first.api.channels.commit.mutate({ ...commit, commitId: newId<MessageId>(rng(16)) });
  expect(await refusalOf(third)).toMatchObject({ code: 'RATE_LIMITED' });
});
