import { CHANNEL_LIMITS, type Bytes } from '@seal-chat/protocol';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import { signGroupInfo, type GroupInfo } from 'ts-mls/groupInfo.js';
import { encodeRatchetTree, type RatchetTree } from 'ts-mls/ratchetTree.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { TestChannel, groupName, type TestDevice } from '../../test/mls.ts';
import { checkGroupContext, checkGroupInfoSignature, groupInfoBytes, openGroupInfo, treeOf } from './group-info.ts';
import { cipherSuite } from './provider/provider.ts';

/** Of a group of two, signed by the device at leaf 0. */
let groupInfo: GroupInfo;
let tree: RatchetTree;
let suite: CiphersuiteImpl;
let newcomer: TestDevice;

beforeAll(async () => {
  const channel = await TestChannel.create('ann 1');
  await channel.with('bob 1');
  const [ann] = channel.devices;
  ({ groupInfo, tree } = openGroupInfo(channel.groupInfo, CHANNEL_LIMITS.groupInfo));
  suite = await cipherSuite(ann!.deps, channel.suite, ann!.identity.signKey);
  newcomer = await channel.device('cid 1');
});

const refusal = (reason: string) =>
  expect.objectContaining({ code: 'MALFORMED', message: expect.stringContaining(reason) });

/** The GroupInfo with other extensions, signed again by the device that made it. */
async function signedWith(change: (extensions: GroupInfo['extensions']) => GroupInfo['extensions']): Promise<Bytes> {
  const { signature: _, ...contents } = { ...groupInfo, extensions: change(groupInfo.extensions) };
  return groupInfoBytes(await signGroupInfo(contents, new Uint8Array(0), suite.signature));
}

const without = (type: string) => (extensions: GroupInfo['extensions']) =>
  extensions.filter(({ extensionType }) => extensionType !== type);

describe('a GroupInfo', () => {
  it('is believed with the signature of the device that it names, and with no other', async () => {
    const check = (change: Partial<GroupInfo>, nodes = tree) =>
      checkGroupInfoSignature({ ...groupInfo, ...change }, nodes, suite);
    await check({});
    const signature = groupInfo.signature.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
    await expect(check({ signature })).rejects.toEqual(refusal('signature'));
    await expect(check({ confirmationTag: new Uint8Array(32) })).rejects.toEqual(refusal('signature'));
    await expect(check({ signer: 1 })).rejects.toEqual(refusal('signature'));
    await expect(check({ signer: 2 })).rejects.toEqual(refusal('signer'));
    const withoutSigner = tree.map((node, i) => (i === 0 ? undefined : node));
    await expect(check({}, withoutSigner)).rejects.toEqual(refusal('signer'));
  });

  it('is of the group that is meant, which has no extensions, and of an epoch that a number can hold', () => {
    const { groupContext } = groupInfo;
    const check = (change: Partial<typeof groupContext>, name = groupName()) => {
      return () => checkGroupContext({ ...groupContext, ...change }, name);
    };
    expect(check({})).not.toThrow();
    expect(check({}, groupName('channel', 1))).toThrow(refusal('another group'));
    const extensions = [{ extensionType: 'external_senders' as const, extensionData: new Uint8Array(0) }];
    expect(check({ extensions })).toThrow(refusal('extensions'));
    expect(check({ epoch: BigInt(Number.MAX_SAFE_INTEGER) })).not.toThrow();
    expect(check({ epoch: BigInt(Number.MAX_SAFE_INTEGER) + 1n })).toThrow(refusal('out of range'));
  });

  it('lets no device in without a tree, or without the keys for it, though a member has signed it', async () => {
    const bare = await signedWith(without('ratchet_tree'));
    await expect(newcomer.joinExternal(bare)).rejects.toEqual(refusal('no ratchet tree'));
    const spoilt = await signedWith((extensions) => [
      ...without('ratchet_tree')(extensions),
      { extensionType: 'ratchet_tree', extensionData: Uint8Array.of(0xff) },
    ]);
    await expect(newcomer.joinExternal(spoilt)).rejects.toMatchObject({ code: 'MALFORMED' });
    const locked = await signedWith(without('external_pub'));
    await expect(newcomer.joinExternal(locked)).rejects.toEqual(refusal('no external public key'));
    expect((await newcomer.joinExternal(await signedWith((extensions) => extensions))).removes).toEqual([]);
  });

  it('has a tree of as many nodes as the largest channel needs, and of no more', () => {
    const ofNodes = (count: number) => {
      const nodes: RatchetTree = [tree[0], ...Array.from<undefined>({ length: count - 2 }), tree[0]];
      return () =>
        treeOf({
          ...groupInfo,
          extensions: [{ extensionType: 'ratchet_tree', extensionData: encodeRatchetTree(nodes) }],
        });
    };
    const most = 2 * 2 ** Math.ceil(Math.log2(CHANNEL_LIMITS.leaves)) - 1;
    expect(ofNodes(most)()).toHaveLength(most);
    expect(ofNodes(most + 2)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  });
});
