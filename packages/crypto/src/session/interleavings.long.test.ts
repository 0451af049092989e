import { RATCHET_LIMITS } from '@seal-chat/protocol';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { changedBytes } from '../../test/deep-freeze.ts';
import { addPreKey, copyOf, testDevice, type TestDevice } from '../../test/devices.ts';
import { LATEST, Network } from '../../test/network.ts';
import { runs } from '../../test/runs.ts';

const side = fc.constantFrom(0 as const, 1 as const);
const pick = fc.nat(20);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('send' as const), side }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const), side, pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), side, pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), side, pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), side }) },
  { weight: 4, arbitrary: fc.constant({ do: 'day' as const }) },
);

/** Alternation makes ratchet steps, the rarest thing in a random run. */
const pingPong = fc.integer({ min: 1, max: 8 }).map((count) =>
  Array.from({ length: count }, (_, i) => {
    const from = (i % 2) as 0 | 1;
    return [
      { do: 'send' as const, side: from },
      { do: 'deliver' as const, side: from, pick: LATEST },
    ];
  }).flat(),
);
const run = fc.array(
  fc.oneof({ weight: 5, arbitrary: step.map((each) => [each]) }, { weight: 1, arbitrary: pingPong }),
  { minLength: 10, maxLength: 60, size: 'max' },
);

describe('sessions under a network that loses, repeats and reorders', () => {
  const MOST_KEYS = 3;
  const MOST_TURNS = 2 * (2 * RATCHET_LIMITS.pqRepeatEvery + 6);
  let alice: TestDevice;
  let bob: TestDevice;

  beforeAll(async () => {
    [alice, bob] = [await testDevice('alice'), await testDevice('bob')];
    for (const device of [alice, bob]) {
      for (let i = 0; i < MOST_KEYS; i++) await addPreKey(device, 'oneTime');
      for (let i = 0; i < MOST_KEYS; i++) await addPreKey(device, 'kemOneTime');
    }
  });

  /** A copy of `device` of whose one-time prekeys the server has so many. */
  function supplied(device: TestDevice, oneTimeKeys: number, kemKeys: number): TestDevice {
    const copy = copyOf(device);
    copy.published.oneTime.length = oneTimeKeys;
    copy.published.kemOneTime.length = kemKeys;
    return copy;
  }

  it('open every message once, to what was sent, whichever side starts and however often', async () => {
    await fc.assert(
      fc.asyncProperty(run, fc.nat(MOST_KEYS), fc.nat(MOST_KEYS), async (blocks, oneTimeKeys, kemKeys) => {
        const devices = [supplied(alice, oneTimeKeys, kemKeys), supplied(bob, oneTimeKeys, kemKeys)] as const;
        const network = new Network(...devices);
        for (const each of blocks.flat()) {
          if (each.do === 'send') await network.send(each.side);
          else if (each.do === 'restart') await network.restart(each.side);
          else if (each.do === 'drop') network.drop(each.side, each.pick);
          else if (each.do === 'day') network.passDay();
          else await network.deliver(each.side, each.pick, each.do === 'repeat');
        }
        await network.drain();

        // One message each way, one after the other, and both are on the same session.
        for (const each of [0, 1] as const) {
          await network.send(each);
          await network.drain();
        }
        expect(new Set(network.activeSessions).size).toBe(1);
        // With no more loss a new epoch comes, as soon as the next copies of one that is under way.
        const before = Math.min(...network.epochs);
        network.passDay();
        for (let turn = 0; turn < MOST_TURNS && Math.min(...network.epochs) === before; turn++) {
          await network.send((turn % 2) as 0 | 1);
          await network.drain();
        }
        expect(Math.min(...network.epochs)).toBe(before + 1);
        expect(changedBytes()).toBe(0);
      }),
      runs(60),
    );
  });
});
