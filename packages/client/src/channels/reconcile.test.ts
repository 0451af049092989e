import { checkKeyPackage, createCommit, describeGroup, type GroupDescription } from '@seal-chat/crypto/mls';
import {
  CHANNEL_LIMITS,
  SealError,
  newId,
  utf8,
  type ConversationId,
  type DeviceId,
  type UserId,
} from '@seal-chat/protocol';
import type { ChannelHead } from '@seal-chat/protocol/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  EPOCH,
  GroupScene,
  INCARNATION,
  NOW,
  ann,
  bob,
  channel,
  cid,
  dan,
  me,
  person,
  random,
  tenantId,
} from '../../test/support/group-scene.ts';
import { sleep } from '../api/backoff.ts';
import { knownConversation, learnConversations } from '../conversations/conversation-rows.ts';
import { CHANNEL_ROWS, type PendingRow } from '../store/channel-rows.ts';
import { ROWS } from '../store/rows.ts';
import { catchUp } from './catch-up.ts';
import { prepareExternalJoin } from './join.ts';
import { refreshChannel } from './learn-members.ts';
import { reconcile } from './reconcile.ts';
import { handleBroken } from './recover.ts';
import { submitPending } from './submit.ts';

vi.mock(import('@seal-chat/crypto/mls'));
vi.mock(import('../api/backoff.ts'));
vi.mock(import('../conversations/conversation-rows.ts'));
vi.mock(import('./catch-up.ts'));
vi.mock(import('./join.ts'));
vi.mock(import('./learn-members.ts'));
vi.mock(import('./recover.ts'));
vi.mock(import('./submit.ts'));

let scene: GroupScene;
const run = () => reconcile(scene.deps, channel);
const requests = () => scene.sent.map(({ request }) => ({ adds: request!.adds, removes: request!.removes }));

beforeEach(async () => {
  scene = await GroupScene.create();
  vi.mocked(createCommit).mockImplementation(async (_, input) => scene.made(input));
  vi.mocked(describeGroup).mockReturnValue({ members: [me, ann] } as Partial<GroupDescription> as GroupDescription);
  vi.mocked(submitPending).mockImplementation(() => scene.accept());
});
afterEach(() => void vi.resetAllMocks());

describe('a channel in which nothing is to be done', () => {
  it('is left alone without asking for its group', async () => {
    for (const isPending of [false, true]) {
      scene.heads = [{ conversationId: random<ConversationId>(), isPending } as ChannelHead];
      expect(await run()).toBe(true);
    }
    scene.heads = [{ conversationId: channel, isPending: false } as ChannelHead];
    await scene.put({ leafAt: NOW - CHANNEL_LIMITS.leafRefreshMs });
    expect(await run()).toBe(true);
    expect(scene.askedForGroup).toBe(0);
    expect(catchUp).toHaveBeenCalledTimes(3);
  });

  it('is one that this device is not in, no longer in, or is still creating', async () => {
    for (const status of ['left', 'creating', null] as const) {
      if (status !== null) await scene.put({ status });
      else await scene.deps.transact(async (tx) => tx.delete(CHANNEL_ROWS.channel(channel)));
      expect(await run(), String(status)).toBe(true);
    }
    expect(scene.askedForGroup).toBe(0);
  });

  it('costs no Commit when the server names no device', async () => {
    scene.heads = [{ conversationId: random<ConversationId>(), isPending: false } as ChannelHead, ...scene.heads];
    expect(await run()).toBe(true);
    expect(scene.askedForGroup).toBe(1);
    expect(scene.sent).toEqual([]);
    expect(learnConversations).toHaveBeenCalledWith(scene.deps, [channel]);
    expect(knownConversation).toHaveBeenCalledWith(scene.deps.reader, channel, 'channel');
  });

  it('becomes one that was left when the account is no member; any other failure is the caller’s', async () => {
    vi.mocked(learnConversations).mockRejectedValue(new SealError('OFFLINE'));
    await expect(run()).rejects.toMatchObject({ code: 'OFFLINE' });
    expect(await scene.deps.reader.get(CHANNEL_ROWS.channel(channel))).toMatchObject({ status: 'joined' });
    vi.mocked(learnConversations).mockRejectedValue(new SealError('NOT_A_MEMBER'));
    expect(await run()).toBe(true);
    expect(await scene.deps.reader.get(CHANNEL_ROWS.channel(channel))).toMatchObject({ status: 'left' });
    expect(await scene.deps.reader.get(CHANNEL_ROWS.group(channel))).toBeNull();
  });
});

describe('this device’s leaf', () => {
  it('is renewed when it is older than its time, or known to others, though nobody comes or goes', async () => {
    scene.heads = [];
    for (const due of [{ leafAt: NOW - CHANNEL_LIMITS.leafRefreshMs - 1 }, { mustRefresh: true }]) {
      scene.sent = [];
      await scene.put(due);
      expect(await run()).toBe(true);
      expect(requests()).toEqual([{ adds: [], removes: [] }]);
    }
  });

  it('is made by joining again when the keys here must not send, and until it is there nothing is done', async () => {
    scene.heads = [];
    await scene.put({ isStale: true });
    vi.mocked(prepareExternalJoin).mockResolvedValue();
    expect(await run()).toBe(false);
    expect(prepareExternalJoin).toHaveBeenCalledTimes(10);
    vi.mocked(prepareExternalJoin).mockImplementation(() => scene.put({ isStale: false }));
    expect(await run()).toBe(true);
    expect(prepareExternalJoin).toHaveBeenLastCalledWith(scene.deps, channel, scene.group);
    expect(scene.sent).toEqual([]);
  });

  it('is made by joining when there is none', async () => {
    scene.heads = [];
    await scene.put({ status: 'joining' });
    vi.mocked(prepareExternalJoin).mockResolvedValue();
    expect(await run()).toBe(false);
    expect(prepareExternalJoin).toHaveBeenCalledTimes(10);
    vi.mocked(prepareExternalJoin).mockClear();
    vi.mocked(prepareExternalJoin).mockImplementation(() => scene.put({ status: 'joined' }));
    expect(await run()).toBe(true);
    expect(prepareExternalJoin).toHaveBeenCalledTimes(1);
    expect(vi.mocked(catchUp)).toHaveBeenCalledTimes(11);
    const order = [prepareExternalJoin, submitPending].map((step) => vi.mocked(step).mock.invocationCallOrder.at(-1)!);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it('is not made of a channel that is gone meanwhile', async () => {
    await scene.put({ status: 'joining' });
    vi.mocked(prepareExternalJoin).mockImplementation(() =>
      scene.deps.transact(async (tx) => tx.delete(CHANNEL_ROWS.channel(channel))),
    );
    expect(await run()).toBe(true);
    expect(prepareExternalJoin).toHaveBeenCalledTimes(1);
  });

  it('of a broken channel is the affair of its recovery, which may say later', async () => {
    scene.heads = [];
    await scene.put({ status: 'broken' });
    for (const [outcome, isDone] of [
      ['done', true],
      ['later', false],
    ] as const) {
      vi.mocked(handleBroken).mockResolvedValue(outcome);
      expect(await run()).toBe(isDone);
    }
    const row = await scene.deps.reader.get(CHANNEL_ROWS.channel(channel));
    expect(handleBroken).toHaveBeenLastCalledWith(scene.deps, channel, {
      row,
      group: scene.group,
      rejoin: expect.any(Function),
    });
  });
});

describe('devices that must not be in the group', () => {
  it('are taken out: those the server names, and those that are on no list', async () => {
    scene.heads = [];
    scene.group = { ...scene.group, toRemove: [ann] };
    await scene.put({ unlisted: [ann.deviceId, bob.deviceId] });
    expect(await run()).toBe(true);
    expect(requests()).toEqual([{ adds: [], removes: [ann.deviceId, bob.deviceId] }]);
  });

  it('are none that is not in it, and never this device', async () => {
    scene.group = { ...scene.group, toRemove: [cid, me] };
    expect(await run()).toBe(true);
    expect(scene.sent).toEqual([]);
  });

  it('go before others come', async () => {
    scene.group = { ...scene.group, toRemove: [bob], toAdd: [cid] };
    expect(await run()).toBe(true);
    expect(requests()).toEqual([
      { adds: [], removes: [bob.deviceId] },
      { adds: [cid], removes: [] },
    ]);
  });

  it('are out before what has changed meanwhile is seen to', async () => {
    scene.group = { ...scene.group, toRemove: [bob] };
    vi.mocked(submitPending).mockImplementation(async () => {
      const outcome = await scene.accept();
      if (scene.sent.length === 1) scene.group = { ...scene.group, toAdd: [cid] };
      return outcome;
    });
    expect(await run()).toBe(true);
    expect(requests().map(({ adds }) => adds)).toEqual([[], [cid]]);
  });
});

describe('devices that are missing', () => {
  it('are taken in with the KeyPackages that the server has of them, which are checked', async () => {
    scene.group = { ...scene.group, toAdd: [ann, cid, dan] };
    expect(await run()).toBe(true);
    expect(scene.claimed).toEqual([[cid.deviceId, dan.deviceId]]);
    expect(vi.mocked(checkKeyPackage).mock.calls.map(([, input]) => input)).toEqual(
      [cid, dan].map((expected) => ({
        bytes: utf8(expected.deviceId),
        expected,
        tenantId,
        authenticate: expect.any(Function),
        suite: 3,
      })),
    );
    expect(vi.mocked(createCommit).mock.calls[0]![1]).toMatchObject({
      state: { epoch: utf8('epoch 7'), ratchets: utf8('ratchets') },
      identity: { tenantId, ...me },
      adds: [cid, dan].map((member) => ({ member, keyPackage: utf8(member.deviceId) })),
      removes: [],
    });
    expect(requests()).toEqual([{ adds: [cid, dan], removes: [] }]);
    expect(refreshChannel).not.toHaveBeenCalled();
    // All of them are in, apart from one that was in it before: one more look, and no further one.
    expect(scene.askedForGroup).toBe(2);
    scene.group = { ...scene.group, toAdd: [], toRemove: [] };
    await scene.put({ mustRefresh: true });
    scene.askedForGroup = 0;
    expect(await run()).toBe(true);
    expect(scene.askedForGroup).toBe(1);
  });

  it('that have no KeyPackage, or a wrong one, or are on no list are left out; the others are not', async () => {
    const failure = new SealError('UNVERIFIED_DEVICE');
    const others = [person(), person(), person()] as const;
    const [without, wrong, unlisted] = others;
    await scene.putMembers([me, ann, bob, cid, ...others]);
    for (const each of [without, wrong]) await scene.putPeer(each, [each.deviceId]);
    await scene.putPeer(unlisted, [random<DeviceId>()]);
    scene.published = [cid, wrong, unlisted].map(({ deviceId }) => deviceId);
    vi.mocked(checkKeyPackage).mockImplementation(async (_, { expected }) => {
      if (expected.deviceId === wrong.deviceId) throw failure;
    });
    scene.group = { ...scene.group, toAdd: [...others, cid] };
    expect(await run()).toBe(true);
    expect(requests()).toEqual([{ adds: [cid], removes: [] }]);
    // Once with Cid, and once to see whether anything is left that can be done.
    expect(scene.reported).toEqual([failure, failure]);
  });

  it('stop everything when it is no KeyPackage that fails but the code', async () => {
    scene.group = { ...scene.group, toAdd: [cid] };
    vi.mocked(checkKeyPackage).mockRejectedValue(new TypeError('undefined is not a function'));
    await expect(run()).rejects.toThrow('undefined is not a function');
    expect(scene.reported).toEqual([]);
    expect(scene.sent).toEqual([]);
  });

  it('come fifty at a time', async () => {
    const many = Array.from({ length: 60 }, person);
    await scene.putMembers([me, ...many]);
    for (const each of many) await scene.putPeer(each, [each.deviceId]);
    scene.published = many.map(({ deviceId }) => deviceId);
    scene.group = { ...scene.group, toAdd: many };
    expect(await run()).toBe(true);
    expect(requests().map(({ adds }) => adds.length)).toEqual([50, 10]);
  });

  it('of people whom the member list does not show are refused, after a second look', async () => {
    await scene.putMembers([me, ann, bob, cid]);
    scene.group = { ...scene.group, toAdd: [cid, dan] };
    await expect(run()).rejects.toMatchObject({ code: 'MALFORMED' });
    expect(refreshChannel).toHaveBeenCalledTimes(1);
    expect([scene.claimed, scene.sent]).toEqual([[], []]);
    vi.mocked(refreshChannel).mockImplementation(() => scene.putMembers([me, ann, bob, cid, dan]));
    expect(await run()).toBe(true);
    expect(requests()).toEqual([{ adds: [cid, dan], removes: [] }]);
    await scene.deps.transact(async (tx) => tx.delete(ROWS.conversation(channel)));
    vi.mocked(refreshChannel).mockResolvedValue();
    scene.group = { ...scene.group, toAdd: [person()] };
    await expect(run()).rejects.toMatchObject({ code: 'MALFORMED' });
  });

  it('are named by ids, or the answer is refused', async () => {
    const bad = { ...cid, deviceId: 'x/../y' as DeviceId };
    for (const change of [{ toRemove: [bad] }, { toAdd: [bad] }, { toAdd: [{ ...cid, userId: 'x' as UserId }] }]) {
      scene.group = { ...scene.group, toRemove: [], toAdd: [], ...change };
      await expect(run()).rejects.toThrow('not an id');
    }
    expect(scene.claimed).toEqual([]);
  });
});

describe('a Commit', () => {
  it('is made by one client of the device at a time, and stored with all that a later attempt needs', async () => {
    const lock = vi.spyOn(scene.store.locks, 'run');
    scene.group = { ...scene.group, toAdd: [cid] };
    await run();
    expect(lock.mock.calls[0]![0]).toBe(`channel/${channel}`);
    expect(scene.sent).toEqual([
      {
        kind: 'commit',
        commitId: newId(new Uint8Array(16).fill(5)),
        seq: null,
        incarnation: INCARNATION,
        epoch: EPOCH,
        next: {
          state: { epoch: utf8('next with 1 and without 0'), ratchets: utf8('next') },
          authenticator: utf8('next authenticator'),
          leaves: [me, ann],
        },
        request: {
          commit: utf8('commit'),
          welcome: utf8('welcome'),
          groupInfo: utf8('group info'),
          adds: [cid],
          removes: [],
        },
        mustRefresh: false,
      },
    ]);
  });

  it('is made of the state that the server is in, or not at all', async () => {
    scene.group = { ...scene.group, toAdd: [cid] };
    for (const change of [{ epoch: EPOCH - 1 }, { epoch: EPOCH + 1 }, { incarnation: 1 }]) {
      await scene.putGroup(change);
      expect(await run()).toBe(false);
    }
    for (const key of [CHANNEL_ROWS.ratchets(channel), CHANNEL_ROWS.group(channel)]) {
      if (key !== CHANNEL_ROWS.group(channel)) await scene.putGroup({});
      await scene.deps.transact(async (tx) => tx.delete(key));
      expect(await run()).toBe(false);
    }
    expect(createCommit).not.toHaveBeenCalled();
  });

  it('is made as soon as the states agree', async () => {
    const repairs: readonly (() => Promise<unknown>)[] = [
      () => scene.putGroup({ epoch: EPOCH - 1 }),
      () => scene.deps.transact(async (tx) => tx.delete(CHANNEL_ROWS.group(channel))),
      () => scene.deps.transact(async (tx) => tx.delete(CHANNEL_ROWS.ratchets(channel))),
    ];
    for (const disturb of repairs) {
      scene = await GroupScene.create();
      scene.group = { ...scene.group, toAdd: [cid] };
      await disturb();
      vi.mocked(catchUp)
        .mockResolvedValueOnce(null)
        .mockImplementationOnce(async () => {
          await scene.putGroup({});
          return scene.deps.transact(async (tx) => (tx.put(CHANNEL_ROWS.ratchets(channel), utf8('ratchets')), null));
        });
      expect(await run()).toBe(true);
      expect(requests()).toEqual([{ adds: [cid], removes: [] }]);
    }
  });

  it('is thrown away when the group moved on while it was made, or another step is pending', async () => {
    scene.group = { ...scene.group, toAdd: [cid] };
    const commit = vi.mocked(createCommit).getMockImplementation()!;
    const inBetween: readonly (() => Promise<unknown>)[] = [
      () => scene.putGroup({ epoch: EPOCH + 1 }),
      () => scene.putGroup({ incarnation: 3 }),
      () => scene.deps.transact(async (tx) => tx.delete(CHANNEL_ROWS.group(channel))),
    ];
    for (const happens of inBetween) {
      vi.mocked(createCommit).mockImplementationOnce(async (...input) => {
        await happens();
        return commit(...input);
      });
      await run();
      expect(scene.sent).toEqual([]);
      await scene.putGroup({});
    }
    const other = { commitId: random(), request: { adds: [], removes: [] } } as unknown as PendingRow;
    vi.mocked(createCommit).mockImplementationOnce(async (...input) => {
      await scene.deps.transact(async (tx) => tx.put(CHANNEL_ROWS.pending(channel), other));
      return commit(...input);
    });
    await run();
    expect(scene.sent[0]).toEqual(other);
  });

  it('that lost is followed by another try, ten at most, each after a longer wait', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    vi.mocked(submitPending).mockResolvedValueOnce('lost');
    expect(await run()).toBe(true);
    expect(catchUp).toHaveBeenCalledTimes(1);
    vi.mocked(sleep).mockClear();
    vi.mocked(submitPending).mockReset();
    vi.mocked(submitPending).mockResolvedValue('lost');
    expect(await run()).toBe(false);
    expect(submitPending).toHaveBeenCalledTimes(10);
    expect(vi.mocked(sleep).mock.calls).toEqual(Array.from({ length: 9 }, (_, i) => [150 * (i + 1)]));
    expect(catchUp).toHaveBeenCalledTimes(1);
  });
});
