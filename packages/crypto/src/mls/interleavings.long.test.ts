import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TestChannel, type TestDevice } from '../../test/mls.ts';
import { isOpenToX25519 } from '../../test/recorder.ts';
import { runs } from '../../test/runs.ts';
import { describeGroup } from './index.ts';
import { patient } from '../../../../scripts/lib/patience.mjs';

const pick = fc.nat(30);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('say' as const), by: pick }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('add' as const), by: pick, count: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('remove' as const),
      by: pick,
      which: fc.array(pick, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('renew' as const), by: pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rejoin' as const), by: pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('swap' as const), by: pick, which: pick }) },
);

const MOST = 12;

it(
  'whatever the members do, they stay in the same group, and newcomers get in by no door that X25519 alone opens',
  { timeout: patient(120_000) },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30, size: 'max' }), async (steps) => {
        const channel = await TestChannel.create('d0');
        let made = 1;
        const fresh = () => channel.device(`d${made++}`);
        const at = (i: number): TestDevice => channel.devices[i % channel.devices.length]!;

        for (const one of steps) {
          if (one.do === 'say') {
            const by = at(one.by);
            const message = await by.say('text');
            for (const device of channel.devices.filter((other) => other !== by))
              expect(await device.hear(message, by)).toBe('text');
          } else if (one.do === 'add') {
            const room = Math.max(0, MOST - channel.devices.length);
            const adds = await Promise.all(Array.from({ length: Math.min(one.count, room) }, fresh));
            const by = at(one.by);
            const watched = channel.devices.find((device) => device !== by)?.state;
            const { commit } = await channel.commit(by, adds);
            if (watched && adds.length > 0) expect(await isOpenToX25519(watched, commit)).toBe(false);
          } else if (one.do === 'remove' || one.do === 'swap') {
            const by = at(one.by);
            const which = one.do === 'remove' ? one.which : [one.which];
            const removes = new Set(which.map(at).filter((device) => device !== by));
            await channel.commit(by, one.do === 'swap' ? [await fresh()] : [], [...removes]);
          } else if (one.do === 'renew') {
            await channel.commit(at(one.by), []);
          } else {
            const device = one.do === 'join' ? await fresh() : at(one.by);
            const others = channel.devices.filter((other) => other !== device);
            const joined = await device.joinExternal(channel.groupInfo);
            if (others.length > 0) expect(await isOpenToX25519(others[0]!.state!, joined.commit)).toBe(false);
            for (const other of others)
              expect((await other.process(joined.commit, device)).authenticator).toEqual(joined.authenticator);
            device.state = joined.state;
            channel.groupInfo = joined.groupInfo;
            if (one.do === 'join') channel.devices.push(device);
          }
          const seen = channel.devices.map(({ state }) => describeGroup(state!));
          expect(new Set(seen.map(({ authenticator }) => authenticator.join())).size).toBe(1);
          expect(new Set(seen[0]!.members.map(({ deviceId }) => deviceId))).toEqual(
            new Set(channel.devices.map(({ identity }) => identity.deviceId)),
          );
        }
      }),
      runs(10),
    );
  },
);
