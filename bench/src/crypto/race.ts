import { summarize, type Sample } from '../stats.ts';
import { show, speedup, type Row } from '../report.ts';
import type { Contender } from './contender.ts';
import type { Timings } from './measure.ts';

export const ROUNDS = 15;
/** Discarded: they are when the engine compiles, which takes it some 20,000 messages. */
export const WARM_UP_ROUNDS = 8;

export type AnyContender = Contender<unknown, unknown>;
type Measure = (contender: AnyContender) => Promise<Timings>;

/** Figures of all contenders, by contender and operation. */
export type Figures = ReadonlyMap<string, ReadonlyMap<string, Sample>>;

/** Every round measures each contender once, each round beginning with another one, so that drift hits all alike. */
export async function race(contenders: readonly AnyContender[], measure: Measure): Promise<Figures> {
  const timings = new Map(contenders.map(({ name }) => [name, [] as Timings[]]));
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (let i = 0; i < contenders.length; i++) {
      const contender = contenders[(i + round + WARM_UP_ROUNDS) % contenders.length]!;
      const result = await measure(contender);
      if (round >= 0) timings.get(contender.name)!.push(result);
    }
  }
  return new Map(
    [...timings].map(([name, rounds]) => [
      name,
      new Map(Object.keys(rounds[0]!).map((key) => [key, summarize(rounds.map((round) => round[key]!))])),
    ]),
  );
}

/** A row without targets, from the operation `key` of every contender. */
export function row(what: string, figures: Figures, key: string): Row {
  const seal = figures.get('Seal')!.get(key)!;
  const peers = [...figures]
    .filter(([name]) => name !== 'Seal')
    .map(([name, all]) => ({ name, sample: all.get(key)! }));
  return {
    what,
    ratio: peers.map(({ name, sample }) => speedup(seal.median, sample.median, name)).join(', '),
    seal: show(seal, 'µs'),
    peers: peers.map(({ name, sample }) => `${name} ${show(sample, 'µs')}`).join('; '),
    elsewhere: '',
    checks: [],
  };
}
