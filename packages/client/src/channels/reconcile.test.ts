import { checkKeyPackage, createCommit, describeGroup, type MlsMember } from '@seal-chat/crypto/mls';
import {
  CHANNEL_LIMITS,
  SealError,
  newId,
  toBase64,
  utf8,
  type ConversationId,
  type DeviceId,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import type { ChannelHead, GroupAnswer } from '@seal-chat/protocol/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sleep } from '../api/backoff.ts';
import type { Deps } from '../context/deps.ts';
import { learnConversations } from '../conversations/conversation-rows.ts';
import { CHANNEL_ROWS, NEW_CHANNEL, type ChannelRow, type GroupRow, type PendingRow } from '../store/channel-rows.ts';
import type { DeviceStore } from '../store/device-store.ts';
import { rowReader, transact } from '../store/device-tx.ts';
import { memoryStore } from '../store/memory-store.ts';
import { ROWS, type AccountRow, type ConversationRow, type PeerRow } from '../store/rows.ts';
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

const random = <T>(): T => newId(crypto.getRandomValues(new Uint8Array(16))) as T;
const channel = random<ConversationId>();
const tenantId = random<TenantId>();
const person = (): MlsMember => ({ userId: random<UserId>(), deviceId: random<DeviceId>() });
const [me, ann, bob, cid, dan] = [person(), person(), person(), person(), person()];
const NOW = 1_700_000_000_000;
const EPOCH = 7;

let store: DeviceStore;
let deps: Deps;
/** What the server says of the group. */
let group: GroupAnswer;
let heads: readonly ChannelHead[];
/** The server has KeyPackages of these. */
let published: readonly DeviceId[];
let askedForGroup: number;
let claimed: (readonly DeviceId[])[];
let reported: unknown[];
/** The steps that were sent, each of which the server accepted. */
let sent: PendingRow[];

const put = (change: Partial<ChannelRow>) =>
  deps.transact(async (tx) => {
    const row = (await tx.get(CHANNEL_ROWS.channel(channel))) ?? NEW_CHANNEL;
    tx.put(CHANNEL_ROWS.channel(channel), { ...row, ...change });
  });
const putGroup = (change: Partial<GroupRow>) =>
  deps.transact(async (tx) => {
    const row = await tx.get(CHANNEL_ROWS.group(channel));
    tx.put(CHANNEL_ROWS.group(channel), { ...row!, ...change });
  });
const putMembers = (members: readonly MlsMember[]) =>
  deps.transact(async (tx) => {
    const row = { kind: 'channel', members: members.map(({ userId }) => ({ userId })) };
    tx.put(ROWS.conversation(channel), row as unknown as ConversationRow);
  });
const putPeer = ({ userId }: MlsMember, devices: readonly DeviceId[]) =>
  deps.transact(async (tx) => {
    const known = { list: { devices: devices.map((deviceId) => ({ deviceId })) } };
    tx.put(ROWS.peer(userId), { known, retired: [] } as unknown as PeerRow);
  });
const run = () => reconcile(deps, channel);
const requests = () => sent.map(({ request }) => ({ adds: request!.adds, removes: request!.removes }));

/** Ann, Bob and this device are in the group, of which Cid and Dan are members too. */
beforeEach(async () => {
  store = await memoryStore()('s');
  [askedForGroup, claimed, reported, sent] = [0, [], [], []];
  heads = [{ conversationId: channel, isPending: true } as ChannelHead];
  published = [cid, dan].map(({ deviceId }) => deviceId);
  group = { incarnation: 2, epoch: EPOCH, suite: 3, toRemove: [], toAdd: [] } as unknown as GroupAnswer;
  const channels = {
    group: { query: async () => (askedForGroup++, group) },
    heads: { query: async () => heads },
    claimKeyPackages: {
      mutate: async ({ deviceIds }: { deviceIds: readonly DeviceId[] }) => {
        claimed.push(deviceIds);
        const found = deviceIds.filter((deviceId) => published.includes(deviceId));
        return { keyPackages: found.map((deviceId) => ({ deviceId, keyPackage: toBase64(utf8(deviceId)) })) };
      },
    },
  };
  deps = {
    store,
    reader: rowReader(store),
    transact: (task) => transact({ store, committed: () => {} }, task),
    api: { channels } as unknown as Deps['api'],
    rng: (length) => new Uint8Array(length).fill(5),
    now: () => NOW,
    report: (error) => void reported.push(error),
  } as Deps;
  await deps.transact(async (tx) => {
    const account = { status: 'active', tenantId, userId: me.userId, device: { deviceId: me.deviceId } };
    tx.put(ROWS.account, account as AccountRow);
    const own = {
      incarnation: 2,
      epoch: EPOCH,
      state: utf8('epoch 7'),
      authenticator: utf8('a'),
      leaves: [me, ann, bob],
    };
    tx.put(CHANNEL_ROWS.group(channel), own);
    tx.put(CHANNEL_ROWS.ratchets(channel), utf8('ratchets'));
  });
  await put({ status: 'joined', leafAt: NOW });
  await putMembers([me, ann, bob, cid, dan]);
  for (const each of [cid, dan]) await putPeer(each, [each.deviceId]);

  vi.mocked(createCommit).mockImplementation(async (_, { adds, removes }) => ({
    state: { epoch: utf8(`next with ${adds.length} and without ${removes.length}`), ratchets: utf8('next') },
    commit: utf8('commit'),
    welcome: adds.length > 0 ? utf8('welcome') : null,
    groupInfo: utf8('group info'),
    authenticator: utf8('next authenticator'),
  }));
  vi.mocked(describeGroup).mockImplementation(() => ({ members: [me, ann] }) as ReturnType<typeof describeGroup>);
  vi.mocked(submitPending).mockImplementation(accept);
});
afterEach(() => void vi.resetAllMocks());

/** The server takes what is pending, and its entry of the log comes back. */
async function accept(): Promise<'none' | 'accepted'> {
  const pending = await deps.reader.get(CHANNEL_ROWS.pending(channel));
  if (pending === null) return 'none';
  sent.push(pending);
  const { adds, removes } = pending.request!;
  const isDone = ({ deviceId }: MlsMember) => [...adds.map((each) => each.deviceId), ...removes].includes(deviceId);
  const [toAdd, toRemove] = [group.toAdd, group.toRemove].map((all) => all.filter((each) => !isDone(each)));
  group = { ...group, epoch: group.epoch + 1, toAdd: toAdd!, toRemove: toRemove! };
  await deps.transact(async (tx) => {
    tx.delete(CHANNEL_ROWS.pending(channel));
    const own = (await tx.get(CHANNEL_ROWS.group(channel)))!;
    const leaves = [...own.leaves.filter((leaf) => !isDone(leaf)), ...adds];
    tx.put(CHANNEL_ROWS.group(channel), { ...own, epoch: own.epoch + 1, leaves });
  });
  await put({ leafAt: NOW, mustRefresh: false, unlisted: [] });
  return 'accepted';
}

describe('a channel in which nothing is to be done', () => {
  it('is left alone without asking for its group', async () => {
    for (const isPending of [false, true]) {
      heads = [{ conversationId: random<ConversationId>(), isPending } as ChannelHead];
      expect(await run()).toBe(true);
    }
    heads = [{ conversationId: channel, isPending: false } as ChannelHead];
    await put({ leafAt: NOW - CHANNEL_LIMITS.leafRefreshMs });
    expect(await run()).toBe(true);
    expect(askedForGroup).toBe(0);
    expect(catchUp).toHaveBeenCalledTimes(3);
  });

  it('is one that this device is not in, no longer in, or is still creating', async () => {
    for (const status of ['left', 'creating', null] as const) {
      if (status !== null) await put({ status });
      else await deps.transact(async (tx) => tx.delete(CHANNEL_ROWS.channel(channel)));
      expect(await run(), String(status)).toBe(true);
    }
    expect(askedForGroup).toBe(0);
  });

  it('costs no Commit when the server names no device', async () => {
    expect(await run()).toBe(true);
    expect(askedForGroup).toBe(1);
    expect(sent).toEqual([]);
  });

  it('becomes one that was left when the server says that the account is no member', async () => {
    vi.mocked(learnConversations).mockRejectedValue(new SealError('NOT_A_MEMBER'));
    expect(await run()).toBe(true);
    expect(await deps.reader.get(CHANNEL_ROWS.channel(channel))).toMatchObject({ status: 'left' });
    expect(await deps.reader.get(CHANNEL_ROWS.group(channel))).toBeNull();
  });

  it('any other failure is the caller’s, and the channel stays as it is', async () => {
    vi.mocked(learnConversations).mockRejectedValue(new SealError('OFFLINE'));
    await expect(run()).rejects.toMatchObject({ code: 'OFFLINE' });
    expect(await deps.reader.get(CHANNEL_ROWS.channel(channel))).toMatchObject({ status: 'joined' });
  });
});

describe('this device’s leaf', () => {
  it('is renewed when it is older than its time, or known to others, though nobody comes or goes', async () => {
    heads = [];
    for (const due of [{ leafAt: NOW - CHANNEL_LIMITS.leafRefreshMs - 1 }, { mustRefresh: true }]) {
      sent = [];
      await put(due);
      expect(await run()).toBe(true);
      expect(requests()).toEqual([{ adds: [], removes: [] }]);
    }
  });

  it('is made by joining again when the keys here must not send, and until it is there nothing is done', async () => {
    heads = [];
    await put({ isStale: true });
    vi.mocked(prepareExternalJoin).mockResolvedValue();
    expect(await run()).toBe(false);
    expect(prepareExternalJoin).toHaveBeenCalledTimes(10);
    vi.mocked(prepareExternalJoin).mockImplementation(() => put({ isStale: false }));
    expect(await run()).toBe(true);
    expect(prepareExternalJoin).toHaveBeenLastCalledWith(deps, channel, group);
    expect(sent).toEqual([]);
  });

  it('is made by joining when there is none', async () => {
    await put({ status: 'joining' });
    vi.mocked(prepareExternalJoin).mockImplementation(() => put({ status: 'joined' }));
    expect(await run()).toBe(true);
    expect(prepareExternalJoin).toHaveBeenCalledTimes(1);
    const order = [prepareExternalJoin, submitPending].map((step) => vi.mocked(step).mock.invocationCallOrder.at(-1)!);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it('of a broken channel is the affair of its recovery, which may say later', async () => {
    await put({ status: 'broken' });
    for (const [outcome, isDone] of [
      ['done', true],
      ['later', false],
    ] as const) {
      vi.mocked(handleBroken).mockResolvedValue(outcome);
      expect(await run()).toBe(isDone);
    }
    const row = await deps.reader.get(CHANNEL_ROWS.channel(channel));
    expect(handleBroken).toHaveBeenLastCalledWith(deps, channel, { row, group, rejoin: expect.any(Function) });
  });
});

describe('devices that must not be in the group', () => {
  it('are taken out: those the server names, and those that are on no list', async () => {
    heads = [];
    group = { ...group, toRemove: [ann] };
    await put({ unlisted: [ann.deviceId, bob.deviceId] });
    expect(await run()).toBe(true);
    expect(requests()).toEqual([{ adds: [], removes: [ann.deviceId, bob.deviceId] }]);
  });

  it('are none that is not in it, and never this device', async () => {
    group = { ...group, toRemove: [cid, me] };
    expect(await run()).toBe(true);
    expect(sent).toEqual([]);
  });

  it('go before others come', async () => {
    group = { ...group, toRemove: [bob], toAdd: [cid] };
    expect(await run()).toBe(true);
    expect(requests()).toEqual([
      { adds: [], removes: [bob.deviceId] },
      { adds: [cid], removes: [] },
    ]);
  });

  it('are named by ids, or the answer is refused', async () => {
    group = { ...group, toRemove: [{ ...ann, deviceId: 'x/../y' as DeviceId }] };
    await expect(run()).rejects.toMatchObject({ code: 'MALFORMED' });
  });
});

describe('devices that are missing', () => {
  it('are taken in with the KeyPackages that the server has of them, which are checked', async () => {
    group = { ...group, toAdd: [ann, cid, dan] };
    expect(await run()).toBe(true);
    expect(claimed).toEqual([[cid.deviceId, dan.deviceId]]);
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
  });

  it('that have no KeyPackage, or a wrong one, or are on no list are left out; the others are not', async () => {
    const failure = new SealError('UNVERIFIED_DEVICE');
    const others = [person(), person(), person()] as const;
    const [without, wrong, unlisted] = others;
    await putMembers([me, ann, bob, cid, ...others]);
    for (const each of [without, wrong]) await putPeer(each, [each.deviceId]);
    await putPeer(unlisted, [random<DeviceId>()]);
    published = [cid, wrong, unlisted].map(({ deviceId }) => deviceId);
    vi.mocked(checkKeyPackage).mockImplementation(async (_, { expected }) => {
      if (expected.deviceId === wrong.deviceId) throw failure;
      return undefined as never;
    });
    group = { ...group, toAdd: [...others, cid] };
    expect(await run()).toBe(true);
    expect(requests()).toEqual([{ adds: [cid], removes: [] }]);
    // Once with Cid, and once to see whether anything is left that can be done.
    expect(reported).toEqual([failure, failure]);
  });

  it('stop everything when it is no KeyPackage that fails but the code', async () => {
    group = { ...group, toAdd: [cid] };
    vi.mocked(checkKeyPackage).mockRejectedValue(new TypeError('undefined is not a function'));
    await expect(run()).rejects.toThrow('undefined is not a function');
    expect(reported).toEqual([]);
    expect(sent).toEqual([]);
  });

  it('come fifty at a time', async () => {
    const many = Array.from({ length: 60 }, person);
    await putMembers([me, ...many]);
    for (const each of many) await putPeer(each, [each.deviceId]);
    published = many.map(({ deviceId }) => deviceId);
    group = { ...group, toAdd: many };
    expect(await run()).toBe(true);
    expect(requests().map(({ adds }) => adds.length)).toEqual([50, 10]);
  });

  it('of people whom the member list does not show are refused, after a second look', async () => {
    await putMembers([me, ann, bob, cid]);
    group = { ...group, toAdd: [cid, dan] };
    await expect(run()).rejects.toMatchObject({ code: 'MALFORMED' });
    expect(refreshChannel).toHaveBeenCalledTimes(1);
    expect([claimed, sent]).toEqual([[], []]);
    vi.mocked(refreshChannel).mockImplementation(() => putMembers([me, ann, bob, cid, dan]));
    expect(await run()).toBe(true);
    expect(requests()).toEqual([{ adds: [cid, dan], removes: [] }]);
    await deps.transact(async (tx) => tx.delete(ROWS.conversation(channel)));
    vi.mocked(refreshChannel).mockResolvedValue();
    group = { ...group, toAdd: [person()] };
    await expect(run()).rejects.toMatchObject({ code: 'MALFORMED' });
  });

  it('of people whom it shows are taken in without a second look', async () => {
    group = { ...group, toAdd: [cid] };
    await run();
    expect(refreshChannel).not.toHaveBeenCalled();
  });

  it('are named by ids, or the answer is refused', async () => {
    for (const bad of [
      { ...cid, deviceId: 'x' as DeviceId },
      { ...cid, userId: 'x' as UserId },
    ]) {
      group = { ...group, toAdd: [bad] };
      await expect(run()).rejects.toThrow('not an id');
    }
    expect(claimed).toEqual([]);
  });
});

describe('a Commit', () => {
  it('is stored with all that a later attempt needs before it is sent', async () => {
    group = { ...group, toAdd: [cid] };
    await run();
    expect(sent).toEqual([
      {
        kind: 'commit',
        commitId: newId(new Uint8Array(16).fill(5)),
        seq: null,
        incarnation: 2,
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
    group = { ...group, toAdd: [cid] };
    for (const change of [{ epoch: EPOCH - 1 }, { epoch: EPOCH + 1 }, { incarnation: 1 }]) {
      await putGroup({ epoch: EPOCH, incarnation: 2, ...change });
      expect(await run()).toBe(false);
    }
    for (const key of [CHANNEL_ROWS.ratchets(channel), CHANNEL_ROWS.group(channel)]) {
      if (key !== CHANNEL_ROWS.group(channel)) await putGroup({ epoch: EPOCH, incarnation: 2 });
      await deps.transact(async (tx) => tx.delete(key));
      expect(await run()).toBe(false);
    }
    expect(createCommit).not.toHaveBeenCalled();
  });

  it('is thrown away when the group moved on while it was made, or another step is pending', async () => {
    group = { ...group, toAdd: [cid] };
    const commit = vi.mocked(createCommit).getMockImplementation()!;
    const inBetween: readonly (() => Promise<unknown>)[] = [
      () => putGroup({ epoch: EPOCH + 1 }),
      () => putGroup({ incarnation: 3 }),
      () => deps.transact(async (tx) => tx.delete(CHANNEL_ROWS.group(channel))),
    ];
    for (const happens of inBetween) {
      vi.mocked(createCommit).mockImplementationOnce(async (...input) => {
        await happens();
        return commit(...input);
      });
      await run();
      expect(sent).toEqual([]);
      const own = { incarnation: 2, epoch: EPOCH, state: utf8('e'), authenticator: utf8('a'), leaves: [me, ann, bob] };
      await deps.transact(async (tx) => tx.put(CHANNEL_ROWS.group(channel), own));
    }
    const other = { commitId: random(), request: { adds: [], removes: [] } } as unknown as PendingRow;
    vi.mocked(createCommit).mockImplementationOnce(async (...input) => {
      await deps.transact(async (tx) => tx.put(CHANNEL_ROWS.pending(channel), other));
      return commit(...input);
    });
    await run();
    expect(sent[0]).toEqual(other);
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

  it('is made by one client of the device at a time', async () => {
    const lock = vi.spyOn(store.locks, 'run');
    await run();
    expect(lock.mock.calls[0]![0]).toBe(`channel/${channel}`);
  });
});
