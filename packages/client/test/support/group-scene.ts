import type { CreatedCommit, MlsMember } from '@seal-chat/crypto/mls';
import {
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
import type { Deps } from '../../src/context/deps.ts';
import {
  CHANNEL_ROWS,
  NEW_CHANNEL,
  type ChannelRow,
  type GroupRow,
  type PendingRow,
} from '../../src/store/channel-rows.ts';
import type { DeviceStore } from '../../src/store/device-store.ts';
import { rowReader, transact } from '../../src/store/device-tx.ts';
import { memoryStore } from '../../src/store/memory-store.ts';
import { ROWS, type AccountRow, type ConversationRow, type PeerRow } from '../../src/store/rows.ts';

export const random = <T>(): T => newId(crypto.getRandomValues(new Uint8Array(16))) as T;
export const person = (): MlsMember => ({ userId: random<UserId>(), deviceId: random<DeviceId>() });

export const channel = random<ConversationId>();
export const tenantId = random<TenantId>();
/** This device, two others in the group, and two that are not in it. */
export const [me, ann, bob, cid, dan] = [person(), person(), person(), person(), person()];
export const NOW = 1_700_000_000_000;
export const EPOCH = 7;
export const INCARNATION = 2;

/** A device in a channel, and a server that answers what a test tells it to: no network, no cryptography. */
export class GroupScene {
  /** What the server says of the group. */
  group = { incarnation: INCARNATION, epoch: EPOCH, suite: 3, toRemove: [], toAdd: [] } as unknown as GroupAnswer;
  heads: readonly ChannelHead[] = [{ conversationId: channel, isPending: true } as ChannelHead];
  /** The server has KeyPackages of these. */
  published: readonly DeviceId[] = [cid.deviceId, dan.deviceId];
  askedForGroup = 0;
  readonly claimed: (readonly DeviceId[])[] = [];
  readonly reported: unknown[] = [];
  /** The steps that were sent, each of which the server accepted. */
  sent: PendingRow[] = [];
  readonly deps: Deps;
  readonly store: DeviceStore;

  private constructor(store: DeviceStore) {
    this.store = store;
    const channels = {
      group: { query: async (input: { readonly conversationId: ConversationId }) => this.showGroup(input) },
      heads: { query: async () => this.heads },
      claimKeyPackages: { mutate: async ({ deviceIds }: { deviceIds: readonly DeviceId[] }) => this.claim(deviceIds) },
    };
    this.deps = {
      store,
      reader: rowReader(store),
      transact: (task) => transact({ store, committed: () => {} }, task),
      api: { channels } as unknown as Deps['api'],
      rng: (length) => new Uint8Array(length).fill(5),
      now: () => NOW,
      report: (error) => void this.reported.push(error),
    } as Deps;
  }

  /** This device, Ann's and Bob's are in the group; Cid and Dan are members of the channel, too. */
  static async create(): Promise<GroupScene> {
    const scene = new GroupScene(await memoryStore()('s'));
    const account = { status: 'active', tenantId, userId: me.userId, device: { deviceId: me.deviceId } };
    await scene.deps.transact(async (tx) => {
      tx.put(ROWS.account, account as AccountRow);
      tx.put(CHANNEL_ROWS.ratchets(channel), utf8('ratchets'));
    });
    await scene.putGroup({});
    await scene.put({ status: 'joined', leafAt: NOW });
    await scene.putMembers([me, ann, bob, cid, dan]);
    for (const each of [cid, dan]) await scene.putPeer(each, [each.deviceId]);
    return scene;
  }

  put(change: Partial<ChannelRow>): Promise<void> {
    return this.deps.transact(async (tx) => {
      const row = (await tx.get(CHANNEL_ROWS.channel(channel))) ?? NEW_CHANNEL;
      tx.put(CHANNEL_ROWS.channel(channel), { ...row, ...change });
    });
  }

  /** The group as this device has it: as the scene begins but for `change`. */
  putGroup(change: Partial<GroupRow>): Promise<void> {
    const leaves = [me, ann, bob];
    const begun = { incarnation: INCARNATION, epoch: EPOCH, state: utf8('epoch 7'), authenticator: utf8('a'), leaves };
    return this.deps.transact(async (tx) => tx.put(CHANNEL_ROWS.group(channel), { ...begun, ...change }));
  }

  putMembers(members: readonly MlsMember[]): Promise<void> {
    const row = { kind: 'channel', members: members.map(({ userId }) => ({ userId })) };
    return this.deps.transact(async (tx) => tx.put(ROWS.conversation(channel), row as unknown as ConversationRow));
  }

  putPeer({ userId }: MlsMember, devices: readonly DeviceId[]): Promise<void> {
    const known = { list: { devices: devices.map((deviceId) => ({ deviceId })) } };
    const peer = { known, retired: [] } as unknown as PeerRow;
    return this.deps.transact(async (tx) => tx.put(ROWS.peer(userId), peer));
  }

  /** What `createCommit` makes in a scene. */
  made({ adds, removes }: { readonly adds: readonly unknown[]; readonly removes: readonly unknown[] }): CreatedCommit {
    return {
      state: { epoch: utf8(`next with ${adds.length} and without ${removes.length}`), ratchets: utf8('next') },
      commit: utf8('commit'),
      welcome: adds.length > 0 ? utf8('welcome') : null,
      groupInfo: utf8('group info'),
      authenticator: utf8('next authenticator'),
    };
  }

  /** The server takes what is pending, and its entry of the log comes back. */
  async accept(): Promise<'none' | 'accepted'> {
    const pending = await this.deps.reader.get(CHANNEL_ROWS.pending(channel));
    if (pending === null) return 'none';
    this.sent.push(pending);
    const { adds, removes } = pending.request!;
    const isDone = ({ deviceId }: MlsMember) => [...adds.map((each) => each.deviceId), ...removes].includes(deviceId);
    const [toAdd, toRemove] = [this.group.toAdd, this.group.toRemove].map((all) => all.filter((each) => !isDone(each)));
    this.group = { ...this.group, epoch: this.group.epoch + 1, toAdd: toAdd!, toRemove: toRemove! };
    const own = (await this.deps.reader.get(CHANNEL_ROWS.group(channel)))!;
    await this.deps.transact(async (tx) => tx.delete(CHANNEL_ROWS.pending(channel)));
    await this.putGroup({ epoch: own.epoch + 1, leaves: [...own.leaves.filter((leaf) => !isDone(leaf)), ...adds] });
    await this.put({ leafAt: NOW, mustRefresh: false, unlisted: [] });
    return 'accepted';
  }

  private showGroup({ conversationId }: { readonly conversationId: ConversationId }): GroupAnswer {
    if (conversationId !== channel) throw new SealError('NOT_FOUND');
    this.askedForGroup++;
    return this.group;
  }

  private claim(deviceIds: readonly DeviceId[]) {
    this.claimed.push(deviceIds);
    const found = deviceIds.filter((deviceId) => this.published.includes(deviceId));
    return { keyPackages: found.map((deviceId) => ({ deviceId, keyPackage: toBase64(utf8(deviceId)) })) };
  }
}
