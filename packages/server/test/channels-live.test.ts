import { describe, expect } from 'vitest';
import type { ConversationId } from '@seal-chat/protocol';
import type { SyncEvent } from '@seal-chat/protocol/api';
import { channelMessage, channelOf, commitAt, entriesIn, leafOf, noise, reconcile } from './support/channels.ts';
import { addDevice, reconnect, removeDevices } from './support/devices.ts';
import { caughtUp, listen, messagesIn, type Listening } from './support/events.ts';
import { messageTo } from './support/messages.ts';
import { signUp } from './support/people.ts';
import { test } from './support/test.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
/** What came after the Commit that made the channel ready: that one may still be on its way when a device begins to listen. */
const newIn = (events: readonly SyncEvent[]) => entriesIn(events).filter(({ seq }) => seq > 1);
const seqsIn = (events: readonly SyncEvent[]) => newIn(events).map(({ seq }) => seq);
const headsIn = (events: readonly SyncEvent[], id: ConversationId) =>
  events.flatMap((event) => (event.type === 'channel-head' && event.conversationId === id ? [event] : []));

/** Resolves when the entry `seq` was heard. */
function untilSeq(heard: Listening, seq: number): Promise<void> {
  return heard.until((events) => seqsIn(events).includes(seq));
}

describe('two processes on one database', () => {
  test('every device of the group gets every entry once and in order, whichever process took it', async ({
    relay,
    tenant,
    other,
  }) => {
    const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(other, tenant)]);
    const second = reconnect(other, tenant, await addDevice(relay, alice));
    const { conversationId, group } = await channelOf(alice, [bob]);
    const heard = await Promise.all([alice.first, bob.first, second].map((device) => caughtUp(listen(device))));
    const sent = await Promise.all(
      upTo(100).map((i) => {
        const { first } = i % 2 === 0 ? alice : bob;
        return first.api.channels.send.mutate(channelMessage(conversationId, group, `m${i}`));
      }),
    );
    const commit = commitAt(conversationId, group);
    const { seq, acceptedAt } = await bob.first.api.channels.commit.mutate(commit);
    const last = await alice.first.api.channels.send.mutate(channelMessage(conversationId, { ...group, epoch: 2 }));
    expect([...sent.map((answer) => answer.seq).toSorted((a, b) => a - b), seq, last.seq]).toEqual(
      upTo(102).map((i) => i + 1),
    );
    for (const one of heard) {
      await untilSeq(one, last.seq);
      expect(seqsIn(one.events)).toEqual(upTo(102).map((i) => i + 1));
    }
    const { entries } = await alice.first.api.channels.log.query({ conversationId, after: 1, limit: 100 });
    for (const one of heard) expect(newIn(one.events).slice(0, 100)).toEqual(entries);
    expect(newIn(heard[0]!.events)[100]).toEqual({
      kind: 'commit',
      seq,
      senderUserId: bob.userId,
      senderDeviceId: bob.first.deviceId,
      acceptedAt,
      incarnation: 0,
      commitId: commit.commitId,
      epoch: 1,
      commit: commit.commit,
      isExternal: false,
      adds: [],
      removes: [],
      authenticator: commit.authenticator,
    });
  });

  test('a removed member gets nothing from the next message on, from either process', async ({
    relay,
    tenant,
    other,
  }) => {
    const [alice, bob, carol] = await Promise.all([
      signUp(relay, tenant),
      signUp(relay, tenant),
      signUp(other, tenant),
    ]);
    const { conversationId, group } = await channelOf(alice, [bob, carol]);
    const { conversationId: dm } = await alice.first.api.conversations.openDm.mutate({ userId: carol.userId });
    const elsewhere = reconnect(other, tenant, bob.first);
    const heard = await Promise.all([carol.first, bob.first, elsewhere].map((device) => caughtUp(listen(device))));
    const { seq } = await alice.first.api.channels.send.mutate(channelMessage(conversationId, group, 'before'));
    for (const one of heard) await untilSeq(one, seq);
    await alice.first.api.channels.remove.mutate({ conversationId, userId: carol.userId });
    const after = await reconcile(bob.first, conversationId);
    const message = channelMessage(conversationId, after, 'after');
    const { seq: last } = await alice.first.api.channels.send.mutate(message);
    await alice.first.api.channels.commit.mutate(commitAt(conversationId, after));
    for (const one of heard.slice(1)) await untilSeq(one, last + 1);
    // What comes later on the same way has been heard, so nothing of the channel is still to come.
    await alice.first.api.messages.send.mutate(messageTo(dm, [alice, carol], alice.first, 'bye'));
    const [toCarol] = heard;
    await toCarol!.until((events) => messagesIn(events).length > 0);
    expect(seqsIn(toCarol!.events)).toEqual([seq]);
    expect(toCarol!.events.filter(({ type }) => type === 'conversation-gone')).toHaveLength(1);
  });

  test("a removed device gets nothing more, and a new device is told how far the channel's log reaches", async ({
    relay,
    tenant,
    other,
  }) => {
    const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(other, tenant)]);
    const { conversationId } = await channelOf(alice, [bob]);
    const heard = await caughtUp(listen(alice.first));
    const second = await addDevice(other, bob);
    await heard.until((events) =>
      headsIn(events, conversationId).some(({ lastSeq, isPending }) => lastSeq === 1 && isPending),
    );
    const toSecond = await caughtUp(listen(second));
    // It is not in the group, so it is told of Commits alone.
    const group = await alice.first.api.channels.group.query({ conversationId });
    await alice.first.api.channels.send.mutate(channelMessage(conversationId, group));
    await second.api.channels.commit.mutate(
      commitAt(conversationId, group, { adds: [leafOf(bob, second)], isExternal: true }),
    );
    const { seq } = await alice.first.api.channels.send.mutate(channelMessage(conversationId, { ...group, epoch: 2 }));
    await untilSeq(toSecond, seq);
    expect(newIn(toSecond.events).map((entry) => [entry.seq, entry.kind])).toEqual([
      [3, 'commit'],
      [4, 'message'],
    ]);
    await removeDevices(bob, bob.first, [second.deviceId]);
    expect(await toSecond.ended()).toMatchObject({ code: 'DEVICE_REVOKED' });
    await heard.until((events) => headsIn(events, conversationId).some(({ lastSeq }) => lastSeq === 4));
    expect(headsIn(heard.events, conversationId).at(-1)).toMatchObject({ lastSeq: 4, isPending: true });
  });

  test('typing reaches members on every process; presence reaches those of small channels', async ({
    relay,
    tenant,
    other,
  }) => {
    const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(other, tenant)]);
    const { conversationId } = await channelOf(alice, [bob]);
    const heard = await caughtUp(listen(bob.first));
    const byAlice = (type: 'typing' | 'presence') =>
      heard.until((events) => events.some((event) => event.type === type && event.userId === alice.userId));
    await byAlice('presence');
    await alice.first.api.sync.typing.mutate({ conversationId, isTyping: true });
    await byAlice('typing');
    expect(heard.events.filter(({ type }) => type === 'typing')).toEqual([
      { type: 'typing', conversationId, userId: alice.userId, isTyping: true },
    ]);
  });

  test('a process that lost its notices tells its devices how far the logs reach', async ({ relay, tenant, other }) => {
    const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(other, tenant)]);
    const { conversationId, group } = await channelOf(alice, [bob]);
    const heard = await caughtUp(listen(bob.first));
    // The connections that listen are cut, and listen again.
    await relay.sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query ilike 'listen%'`;
    await heard.until((events) => headsIn(events, conversationId).some(({ isPending }) => !isPending));
    const { seq } = await alice.first.api.channels.send.mutate(channelMessage(conversationId, group));
    await untilSeq(heard, seq);
    expect(headsIn(heard.events, conversationId).at(-1)).toMatchObject({ lastSeq: 1, isPending: false });
  });
});

test('a channel with more subscriptions than one turn serves gets everything in order', async ({ relay, tenant }) => {
  const crowd = await Promise.all(upTo(6).map(() => signUp(relay, tenant)));
  const [first, ...rest] = crowd;
  const { conversationId, group } = await channelOf(first!, rest);
  const sockets = crowd.flatMap((one) => upTo(9).map(() => reconnect(relay, tenant, one.first)));
  const heard = await Promise.all(sockets.flatMap((socket) => upTo(10).map(() => caughtUp(listen(socket)))));
  const messages = upTo(20).map((i) => channelMessage(conversationId, group, `m${i}`));
  await Promise.all(messages.map((message) => first!.first.api.channels.send.mutate(message)));
  await Promise.all(heard.map((one) => untilSeq(one, 21)));
  expect(new Set(heard.map(({ events }) => seqsIn(events).join()))).toEqual(
    new Set([
      upTo(20)
        .map((i) => i + 1)
        .join(),
    ]),
  );
});

test('what changes in a reset reaches every member, in the group or not', async ({ relay, tenant, other }) => {
  const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(other, tenant)]);
  const { conversationId, group } = await channelOf(alice, [bob]);
  const heard = await caughtUp(listen(bob.first));
  await bob.first.api.channels.report.mutate({ conversationId, incarnation: 0, epoch: group.epoch - 1 });
  const { seq } = await alice.first.api.channels.reset.mutate({
    conversationId,
    incarnation: 1,
    groupInfo: noise(90),
    authenticator: noise(32),
  });
  await untilSeq(heard, seq);
  expect(newIn(heard.events)).toMatchObject([{ kind: 'reset', seq, incarnation: 1 }]);
});
