import { CHANNEL_LIMITS } from '@seal-chat/protocol';
import { encodeRatchetTree, decodeRatchetTree, stripBlankNodes } from 'ts-mls/ratchetTree.js';
import { describe, expect, it } from 'vitest';
import { TestChannel, TestDevice, depsFor, groupName, id, identityOf, memberOf } from '../../test/mls.ts';
import { forge } from '../../test/mls-forge.ts';
import { codeOf } from '../../test/seal-error.ts';
import { createKeyPackage, describeGroup, describeGroupInfo, joinByWelcome } from './index.ts';
import { decodeAll, fromWire, toWire } from './wire.ts';

async function two() {
  const channel = await TestChannel.create('ann 1');
  const [bob] = await channel.with('bob 1');
  return { channel, ann: channel.devices[0]!, bob: bob! };
}

describe('joining by a Welcome', () => {
  async function welcomed() {
    const { channel, ann } = await two();
    const cid = await channel.device('cid 1');
    const { welcome, packages, commit } = await ann.commit([cid]);
    const { ref, privateBytes } = packages[0]!;
    return { channel, ann, cid, commit, welcome: welcome!, ref, privateBytes };
  }

  it('says which KeyPackage it used and what the group is', async () => {
    const { cid, welcome, ref, privateBytes } = await welcomed();
    const joined = await cid.welcomed(welcome, privateBytes);
    expect(joined.ref).toEqual(ref);
    expect(joined.description).toEqual(describeGroup(cid.state!));
    expect(joined.description).toMatchObject({ ...groupName(), epoch: 2 });
  });

  it('takes the one of several KeyPackages that it has', async () => {
    const { channel, ann } = await two();
    const [cid, dan] = [await channel.device('cid 1'), await channel.device('dan 1')];
    const { welcome, packages } = await ann.commit([cid, dan]);
    const asked: string[] = [];
    const joined = await joinByWelcome(dan.deps, {
      welcome: welcome!,
      identity: dan.identity,
      authenticate: dan.directory.authenticate,
      group: groupName(),
      findKeyPackage: async (ref) => {
        asked.push(ref.join());
        return ref.join() === packages[1]!.ref.join() ? packages[1]!.privateBytes : null;
      },
    });
    expect(joined.ref).toEqual(packages[1]!.ref);
    expect(asked).toContain(packages[1]!.ref.join());
  });

  it('has for each device the secret of the node that it shares with the committer', async () => {
    const channel = await TestChannel.create('ann 1');
    const [bob] = await channel.with('bob 1', 'cid 1');
    const [dan, eve] = [await channel.device('dan 1'), await channel.device('eve 1')];
    await channel.commit(channel.devices[0]!, [dan, eve], [bob!]); // dan beside ann, eve beside cid
    for (const device of [dan, eve]) await channel.commit(device, []);
    const authenticators = channel.devices.map(({ state }) => describeGroup(state!).authenticator.join());
    expect(new Set(authenticators).size).toBe(1);
  });

  it('fails without a KeyPackage, with the wrong one, into another group', async () => {
    const { channel, cid, welcome, privateBytes } = await welcomed();
    const dan = await channel.device('dan 1');
    const none = { welcome, identity: cid.identity, authenticate: () => true, group: groupName() };
    expect(await codeOf(() => joinByWelcome(cid.deps, { ...none, findKeyPackage: async () => null }))).toBe(
      'UNKNOWN_PREKEY',
    );
    const wrong = await dan.keyPackage();
    expect(await codeOf(() => cid.welcomed(welcome, wrong.privateBytes))).toBe('MALFORMED');
    for (const group of [groupName('elsewhere'), groupName('channel', 1)])
      expect(await codeOf(() => cid.welcomed(welcome, privateBytes, group))).toBe('MALFORMED');
  });

  it('fails while a device in the group is not on its list', async () => {
    const { channel, ann, cid, welcome, privateBytes } = await welcomed();
    channel.directory.forget(ann.identity);
    expect(await codeOf(() => cid.welcomed(welcome, privateBytes))).toBe('UNVERIFIED_DEVICE');
    channel.directory.add(ann.identity);
    expect((await cid.welcomed(welcome, privateBytes)).description.epoch).toBe(2);
  });

  it('fails when the Welcome leads to a state that its members do not share', async () => {
    const { channel, ann } = await two();
    const cid = await channel.device('cid 1');
    const deps = depsFor('cid', Date.now()); // the bare library has no other clock
    const { publicBytes, privateBytes } = await createKeyPackage(deps, {
      suite: channel.suite,
      identity: cid.identity,
      isLastResort: false,
    });
    const good = await forge(ann, { adds: [publicBytes] });
    const join = (welcome: Uint8Array) =>
      joinByWelcome(deps, {
        welcome,
        findKeyPackage: async () => privateBytes,
        identity: cid.identity,
        authenticate: cid.directory.authenticate,
        group: groupName(),
      });
    expect((await join(good.welcome!)).description.epoch).toBe(2);
    const wrongTag = await forge(ann, {
      adds: [publicBytes],
      suite: (suite) => ({ ...suite, hash: { ...suite.hash, mac: async () => new Uint8Array(32) } }),
    });
    await expect(join(wrongTag.welcome!)).rejects.toThrow('do not share');
  });

  it('does not use up the private KeyPackage, which is the caller’s to delete', async () => {
    const { cid, welcome, privateBytes } = await welcomed();
    const copy = privateBytes.slice();
    await cid.welcomed(welcome, privateBytes);
    expect(privateBytes).toEqual(copy);
  });
});

describe('joining externally', () => {
  it('needs a GroupInfo that is not older than what the device has seen', async () => {
    const { channel } = await two();
    const cid = await channel.device('cid 1');
    expect(await codeOf(() => cid.joinExternal(channel.groupInfo, 2))).toBe('EPOCH_STALE');
    expect((await cid.joinExternal(channel.groupInfo, 1)).removes).toEqual([]);
  });

  it('fails into another group and among devices that are not on their lists', async () => {
    const { channel, ann } = await two();
    const cid = await channel.device('cid 1');
    expect(await codeOf(() => cid.joinExternal(channel.groupInfo, 0, groupName('elsewhere')))).toBe('MALFORMED');
    channel.directory.forget(ann.identity);
    expect(await codeOf(() => cid.joinExternal(channel.groupInfo))).toBe('UNVERIFIED_DEVICE');
  });

  it('finds its former leaf by its identity, whichever key that has', async () => {
    const { channel, ann, bob } = await two();
    const joined = await bob.joinExternal(channel.groupInfo);
    expect(joined.removes).toEqual([bob.identity.deviceId]);
    const { added, removed } = await ann.process(joined.commit, bob);
    expect([added, removed]).toEqual([[memberOf(bob.identity)], [memberOf(bob.identity)]]);
    bob.state = joined.state;
    expect(await ann.hear(await bob.say('back'), bob)).toBe('back');
  });

  it('does not take the place of another person’s device of the same id', async () => {
    const { channel, bob } = await two();
    const eve = new TestDevice({ ...(await identityOf('eve')), deviceId: bob.identity.deviceId }, channel.directory);
    channel.directory.add(bob.identity);
    expect(await codeOf(() => eve.joinExternal(channel.groupInfo))).toBe('MALFORMED');
  });

  it('works for the only device of a group', async () => {
    const channel = await TestChannel.create('ann 1');
    const [ann] = channel.devices;
    const joined = await ann!.joinExternal(channel.groupInfo);
    expect(joined.removes).toEqual([ann!.identity.deviceId]);
    expect(describeGroup(joined.state)).toMatchObject({ epoch: 1, members: [memberOf(ann!.identity)] });
    ann!.state = joined.state;
    const [bob] = await channel.with('bob 1');
    expect(await bob!.hear(await ann!.say('text'), ann!)).toBe('text');
  });

  it('works for a stranger beside the only device of a group', async () => {
    const channel = await TestChannel.create('ann 1');
    const [ann] = channel.devices;
    const cid = await channel.device('cid 1');
    const joined = await cid.joinExternal(channel.groupInfo);
    expect(describeGroup(joined.state).members).toEqual([memberOf(ann!.identity), memberOf(cid.identity)]);
    expect((await ann!.process(joined.commit, cid)).authenticator).toEqual(joined.authenticator);
  });

  it('works for the only device of a group wherever its leaf is', async () => {
    const { channel, ann, bob } = await two();
    await channel.commit(bob, [], [ann]);
    const joined = await bob.joinExternal(channel.groupInfo);
    expect(describeGroup(joined.state).members).toEqual([memberOf(bob.identity)]);
  });

  it('works with a GroupInfo of a device that joined externally', async () => {
    const { channel, ann, bob } = await two();
    const [cid, dan] = [await channel.device('cid 1'), await channel.device('dan 1')];
    const first = await cid.joinExternal(channel.groupInfo);
    cid.state = first.state;
    for (const device of [ann, bob]) await device.process(first.commit, cid);
    const second = await dan.joinExternal(first.groupInfo);
    dan.state = second.state;
    for (const device of [ann, bob, cid])
      expect((await device.process(second.commit, dan)).authenticator).toEqual(second.authenticator);
    expect(describeGroupInfo(second.groupInfo).members).toHaveLength(4);
  });
});

describe('a tree', () => {
  /** The GroupInfo with another tree: no longer signed. */
  function withTree(groupInfo: Uint8Array, change: (tree: ReturnType<typeof treeOf>) => ReturnType<typeof treeOf>) {
    const content = fromWire(groupInfo, 'mls_group_info', CHANNEL_LIMITS.groupInfo);
    const extensions = content.groupInfo.extensions.map((extension) =>
      extension.extensionType === 'ratchet_tree'
        ? { ...extension, extensionData: encodeRatchetTree(change(treeOf(extension.extensionData))) }
        : extension,
    );
    return toWire({ ...content, groupInfo: { ...content.groupInfo, extensions } });
  }
  const treeOf = (bytes: Uint8Array) => decodeAll(decodeRatchetTree, bytes);

  it('of too many nodes is refused before it is looked at', async () => {
    const { channel } = await two();
    const cid = await channel.device('cid 1');
    const huge = withTree(channel.groupInfo, (tree) => [
      ...stripBlankNodes(tree),
      ...Array.from<undefined>({ length: 9_997 }),
      tree[0],
    ]);
    expect(huge.length).toBeLessThan(CHANNEL_LIMITS.groupInfo);
    expect(await codeOf(() => cid.joinExternal(huge))).toBe('TOO_LARGE');
    expect(await codeOf(() => describeGroupInfo(huge))).toBe('TOO_LARGE');
  });

  it('with a device that the signer of the GroupInfo did not sign for is refused', async () => {
    const { channel } = await two();
    const cid = await channel.device('cid 1');
    const other = await TestChannel.create('dan 1');
    const foreign = fromWire(other.groupInfo, 'mls_group_info', CHANNEL_LIMITS.groupInfo).groupInfo;
    const tree = foreign.extensions.find(({ extensionType }) => extensionType === 'ratchet_tree')!;
    const changed = withTree(channel.groupInfo, (own) => [own[0], own[1], treeOf(tree.extensionData)[0]]);
    expect(await codeOf(() => cid.joinExternal(changed))).toBe('MALFORMED');
  });

  it('lets newcomers in when leaves are unmerged at some nodes and not at those above', async () => {
    const channel = await TestChannel.create('m0');
    await channel.with('m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7');
    const members = channel.devices.slice();
    for (const member of members) await channel.commit(member, []);
    await channel.commit(members[0]!, [], [members[3]!, members[6]!]);
    await channel.commit(members[4]!, []);
    await channel.commit(members[4]!, [await channel.device('n0'), await channel.device('n1')]);
    const late = await channel.device('n2');
    expect((await late.joinExternal(channel.groupInfo)).removes).toEqual([]);
    expect(describeGroupInfo(channel.groupInfo).members.map(({ deviceId }) => deviceId)).toContain(id('n1'));
  });
});
