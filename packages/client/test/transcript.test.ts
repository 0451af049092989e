import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../crypto/test/runs.ts';
import { patient } from '../../../scripts/lib/patience.mjs';
import { CONVERSATION, idOf, randomOf, type Placed } from './support/model-server.ts';
import { TRANSCRIPT_ROWS } from '../src/store/transcript-rows.ts';
import type { ModelDevice } from './support/transcript-model.ts';
import { Play } from './support/transcript-play.ts';

/** Schedules of each kind of conversation; all 10,000 are played with `SEAL_RUNS=20`. */
const SCHEDULES = runs(250);
const STEPS = 60;

describe('honest people on an honest server', () => {
  for (const kind of ['dm', 'channel'] as const) {
    it(
      `no device of a ${kind} raises an alarm, whatever happens to stores, queues and networks`,
      async () => {
        const happened = { conflicts: 0, deleted: 0, late: 0, shared: 0 };
        const play = async (seed: number): Promise<void> => {
          const honest = await Play.begin(kind, randomOf(seed));
          for (let step = 0; step < STEPS; step++) await honest.step();
          await honest.settle();
          expect(await honest.alarms()).toEqual([]);
          expect(await honest.returned()).toEqual([]);
          for (const name of ['deleted', 'late'] as const) happened[name] += honest.counts[name];
          for (const device of honest.devices) {
            happened.conflicts += device.conflicts;
            happened.shared += await device.sharedMessages();
          }
        };
        await fc.assert(fc.asyncProperty(fc.noShrink(fc.integer()), play), { ...SCHEDULES, endOnFailure: true });
        // What never happened would prove nothing.
        for (const [what, count] of Object.entries(happened))
          if (what !== 'shared' || kind === 'channel') expect(count, what).toBeGreaterThan(SCHEDULES.numRuns / 10);
      },
      patient(60_000 + 2_000 * SCHEDULES.numRuns),
    );
  }

  it('hashes of long conversations are forgotten, and late messages about them raise no alarm', async () => {
    const play = await Play.begin('dm', randomOf(1));
    const [alice, bob] = play.devices as [ModelDevice, ModelDevice];
    await bob.queue();
    await bob.seal();
    for (let i = 0; i < 3_000; i++) {
      await alice.queue();
      await play.transmit(alice);
    }
    await play.settle();
    expect(await play.alarms()).toEqual([]);
    const kept = await bob.tabs[0].reader.list(TRANSCRIPT_ROWS.entriesOf(CONVERSATION));
    expect(kept.length).toBeLessThan(2_100);
  });
});

/** What a server may do to one reader; answers what that device is given in place of the log. */
const LIES: Readonly<Record<string, (log: readonly Placed[], at: number) => Placed[]>> = {
  'leaves a message out and renumbers': (log, at) => renumbered(log.toSpliced(at, 1)),
  'exchanges two messages': (log, at) =>
    renumbered([...log.slice(0, at), log[at + 1]!, log[at]!, ...log.slice(at + 2)]),
  'gives another body, or another hash for one that it has emptied': (log, at) => log.with(at, altered(log[at]!)),
  'puts in a message that nobody sent': (log, at) =>
    renumbered([...log.slice(0, at), foreign(log[at]!), ...log.slice(at)]),
};

function renumbered(log: readonly Placed[]): Placed[] {
  return log.map((placed, i) => ({ ...placed, entry: { ...placed.entry, seq: i + 1 } }));
}

function altered(placed: Placed): Placed {
  return { ...placed, said: null, entry: { ...placed.entry, hash: new Uint8Array(32).fill(9) } };
}

function foreign(placed: Placed): Placed {
  return { ...altered(placed), entry: { ...placed.entry, entryId: idOf('foreign'), hash: new Uint8Array(32).fill(8) } };
}

/** Notices at Bob when the fourth message, of `shutBy`, got another body, and Alice's ratchet skips before the fifth. */
async function noticesOfSkip(shutBy: 'alice' | 'carol'): Promise<unknown[]> {
  const play = await Play.begin('channel', randomOf(1));
  await play.join('carol');
  const [alice, bob, carol] = play.devices as [ModelDevice, ModelDevice, ModelDevice];
  for (const sender of [alice, carol, alice, shutBy === 'alice' ? alice : carol, alice]) {
    await sender.queue();
    await play.transmit(sender);
    for (const device of [alice, carol]) await device.take(play.server.log.at(-1)!);
  }
  const { log } = play.server;
  for (const placed of log.with(3, altered(log[3]!)))
    await bob.take(placed, { isAfterSkipped: placed.entry.seq === 5 });
  const { isForked, notices } = await bob.alarms();
  expect(isForked).toBe(true);
  return notices!.map(({ kind, afterSeq }) => [kind, afterSeq]);
}

describe('numbers that a ratchet skipped', () => {
  it('say nothing more where a message of the same device is there that could not be read: the fork is there', async () => {
    expect(await noticesOfSkip('alice')).toEqual([['forked', 3]]);
  });

  it('say that a message is missing where only one of another device could not be read', async () => {
    expect(await noticesOfSkip('carol')).toEqual([['missing', 4]]);
  });
});

describe('a server that shows one device something else', () => {
  for (const [what, lie] of Object.entries(LIES)) {
    for (const kind of ['dm', 'channel'] as const) {
      it(`is noticed in a ${kind} within two further messages of anybody, at the right place, when it ${what}`, async () => {
        const play = async (seed: number): Promise<void> => {
          const random = randomOf(seed);
          // Alice and Carol talk; Bob reads.
          const honest = await Play.begin(kind, random);
          await honest.join('carol');
          const [alice, bob, carol] = honest.devices as [ModelDevice, ModelDevice, ModelDevice];
          const talk = async (): Promise<void> => {
            const sender = random(2) === 0 ? alice : carol;
            await sender.queue();
            await honest.transmit(sender);
            for (const device of [alice, carol]) await device.take(honest.server.log.at(-1)!);
          };
          for (let i = 0; i < 6; i++) await talk();
          const at = 2 + random(3);
          for (let i = 0; i < 4; i++) await talk();
          const shown = lie(honest.server.log, at).slice(0, at + 4);
          for (const placed of shown) await bob.take(placed);
          const { isForked, notices } = await bob.alarms();
          expect(isForked || notices!.length > 0).toBe(true);
          const [notice] = notices!;
          expect(notice!.afterSeq).toBeGreaterThanOrEqual(at - 1);
          expect(notice!.afterSeq).toBeLessThanOrEqual(at + 2);
        };
        await fc.assert(fc.asyncProperty(fc.integer(), play), { numRuns: 200 });
      });
    }
  }
});
