import fc from 'fast-check';
import type { SealClient } from '../../src/index.ts';
import type { House } from './house.ts';
import { createDisk, type Disk, type Life } from './mortal.ts';
import { patient } from '../../../../scripts/lib/patience.mjs';

/** One device with its lives. */
export interface Actor {
  readonly disk: Disk;
  life: Life;
  client: SealClient;
}

/** A step of a script: the device `who` does `what`, or dies after that many more steps of its store. */
type Step<What extends string> =
  | { readonly who: number; readonly what: What }
  | { readonly who: number; readonly what: 'die'; readonly steps: number };

/** Devices that take part in a script. */
export const ACTORS = 3;

/** A device on a new disk, without an account. */
export function bornIn(house: House): Actor {
  const disk = createDisk();
  const life = disk.live();
  return { disk, life, client: house.open(life) };
}

/** Starts a device again from what its disk holds. */
function revive(house: House, actor: Actor): void {
  actor.life = actor.disk.live();
  actor.client = house.open(actor.life);
}

/**
 * Plays three random scripts of `minLength` to `maxLength` steps; a failure prints the seed and the script that repeat
 * it. `weights` and `death` say how often each step occurs.
 */
export function playScripts<What extends string>(
  options: {
    readonly weights: Readonly<Record<What, number>>;
    readonly death: number;
    readonly minLength: number;
    readonly maxLength: number;
  },
  play: (script: readonly Step<What>[]) => Promise<void>,
): Promise<void> {
  const who = fc.nat(ACTORS - 1);
  const doing = Object.entries<number>(options.weights).map(([what, weight]) => ({
    weight,
    arbitrary: fc.record({ who, what: fc.constant(what as What) }),
  }));
  const dying = {
    weight: options.death,
    arbitrary: fc.record({ who, what: fc.constant('die' as const), steps: fc.nat(25) }),
  };
  const script: fc.Arbitrary<Step<What>[]> = fc.array(fc.oneof(...doing, dying), {
    minLength: options.minLength,
    maxLength: options.maxLength,
  });
  return fc.assert(fc.asyncProperty(script, play), { numRuns: 3, endOnFailure: true });
}

/**
 * Lets the actors play a script, each step until it is done or its device dies; at its next step a dead device starts
 * again. In the end all devices die and start again.
 *
 * @param perform does one step of one device; `text` is different for each
 */
export async function playScript<What extends string>(
  house: House,
  actors: readonly Actor[],
  script: readonly Step<What>[],
  perform: (client: SealClient, what: What, text: string) => Promise<unknown>,
): Promise<void> {
  for (const [i, step] of script.entries()) {
    const actor = actors[step.who]!;
    if ('steps' in step) {
      actor.life.dieIn(step.steps);
      continue;
    }
    if (actor.life.isDead()) revive(house, actor);
    await Promise.race([perform(actor.client, step.what, `${step.who}.${i}`), actor.life.death]);
  }
  for (const actor of actors) {
    actor.life.kill();
    revive(house, actor);
  }
}

/** How long all scripts of a test may take, ms. */
export const SCRIPTS_TIMEOUT_MS = patient(180_000);
