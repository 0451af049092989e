import { describe, expect, it } from 'vitest';
import { TestChannel } from '../../test/mls.ts';
import { SUITES, describeGroup, describeGroupInfo } from './index.ts';

describe.each(SUITES)('ciphersuite %i', (suite) => {
  it('carries messages between three people with two devices each', async () => {
    const channel = await TestChannel.create('ann 1', suite);
    const [ann, ...others] = [
      channel.devices[0]!,
      ...(await channel.with('ann 2', 'bob 1', 'bob 2', 'cid 1', 'cid 2')),
    ];
    for (const speaker of channel.devices) {
      const message = await speaker.say(`hello from ${speaker.identity.deviceId}`);
      for (const device of channel.devices.filter((one) => one !== speaker)) {
        expect(await device.hear(message, speaker)).toBe(`hello from ${speaker.identity.deviceId}`);
      }
    }
    const descriptions = channel.devices.map(({ state }) => describeGroup(state!));
    expect(new Set(descriptions.map(({ authenticator }) => authenticator.join())).size).toBe(1);
    expect(descriptions[0]).toMatchObject({ suite, epoch: 1, incarnation: 0 });
    expect(describeGroupInfo(channel.groupInfo).members).toEqual(descriptions[0]!.members);
    expect(descriptions[0]!.members).toHaveLength(6);
    expect(ann).toBeDefined();
    expect(others).toHaveLength(5);
  });

  it('lets a device join externally, and again in place of its former leaf', async () => {
    const channel = await TestChannel.create('ann 1', suite);
    const [bob] = await channel.with('bob 1', 'cid 1');
    const dan = await channel.device('dan 1');
    for (const removes of [[], [dan.identity.deviceId]]) {
      const joined = await dan.joinExternal(channel.groupInfo);
      expect(joined.removes).toEqual(removes);
      for (const device of channel.devices) {
        const result = await device.process(joined.commit, dan);
        expect(result).toMatchObject({ isExternal: true, added: [{ deviceId: dan.identity.deviceId }] });
        expect(result.removed.map(({ deviceId }) => deviceId)).toEqual(removes);
        expect(result.authenticator).toEqual(joined.authenticator);
      }
      dan.state = joined.state;
      channel.groupInfo = joined.groupInfo;
      expect(await bob!.hear(await dan.say('here'), dan)).toBe('here');
      expect(await dan.hear(await bob!.say('welcome'), bob!)).toBe('welcome');
    }
  });
});

it('a device that has renewed its keys follows the Commits of the others', async () => {
  const channel = await TestChannel.create('ann 1');
  await channel.with('bob 1', 'cid 1');
  const [ann, bob, cid] = channel.devices;
  for (const by of [ann, bob, cid, ann]) await channel.commit(by!, []);
  const authenticators = channel.devices.map(({ state }) => describeGroup(state!).authenticator.join());
  expect(new Set(authenticators).size).toBe(1);
});
