import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SealClient } from '../src/index.ts';
import { isSettled, joined, said, settle, stocked } from './support/channel.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { createDisk, type Disk, type Life } from './support/mortal.ts';
import { online, until, whole } from './support/wait.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

let house: House;
beforeAll(
  async () =>
    void (house = await openHouse({
      limits: { messagesPerMinutePerUser: 10_000, channelChangesPerMinutePerUser: 1_000 },
    })),
);
afterAll(() => house.close());

/** One device with its lives. */
interface Actor {
  readonly disk: Disk;
  life: Life;
  client: SealClient;
}

type Action =
  | { readonly who: number; readonly what: 'send' | 'add' | 'remove' }
  /** The device dies after that many more steps, and its next action begins a new life. */
  | { readonly who: number; readonly what: 'die'; readonly steps: number };

const ACTORS = 3;
const who = fc.nat(ACTORS - 1);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ who, what: fc.constant('send' as const) }) },
  { weight: 3, arbitrary: fc.record({ who, what: fc.constantFrom('add' as const, 'remove' as const) }) },
  { weight: 2, arbitrary: fc.record({ who, what: fc.constant('die' as const), steps: fc.nat(25) }) },
);

describe('several devices that change a channel, talk in it, and crash at random', () => {
  it(
    'end with the same messages in the same order, none lost and none twice',
    { timeout: patient(180_000) },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { minLength: 8, maxLength: 25 }), (actions) => play(actions)),
        { numRuns: 3, endOnFailure: true },
      );
    },
  );
});

/** Three admins, and somebody whom they take in and out. */
async function play(actions: readonly Action[]): Promise<void> {
  const [guest] = await settle(house, 1);
  await stocked(guest!.client);
  const actors: Actor[] = await Promise.all(Array.from({ length: ACTORS }, found));
  const [founder, ...others] = actors.map(({ client }) => client);
  const { conversationId } = await founder!.createChannel({
    name: 'Storm',
    visibility: 'private',
    members: others.map(userIdOf),
  });
  const channels = await Promise.all(actors.map(({ client }) => joined(client, conversationId)));
  for (const other of others) await channels[0]!.channel!.setRole(userIdOf(other), 'admin');
  await isSettled(founder!, conversationId);
  const promised: string[] = [];

  for (const [i, next] of actions.entries()) {
    const actor = actors[next.who]!;
    if (next.what === 'die') {
      actor.life.dieIn(next.steps);
      continue;
    }
    if (actor.life.isDead()) revive(actor);
    const text = `${next.who}.${i}`;
    const { userId } = guest!;
    const work =
      next.what === 'send'
        ? actor.client
            .conversation(conversationId)
            .send(text)
            .then(() => void promised.push(text))
        : actor.client.ready().then(async () => {
            const conversation = actor.client.conversation(conversationId);
            await until(conversation.summary, (summary) => summary !== null);
            const { channel } = conversation;
            // Somebody else may have been quicker.
            await (next.what === 'add' ? channel!.add([userId]) : channel!.remove(userId)).catch(() => {});
          });
    await Promise.race([work, actor.life.death]);
  }

  for (const actor of actors) {
    actor.life.kill();
    revive(actor);
  }
  const end = await Promise.all(actors.map(({ client }) => joined(client, conversationId)));
  await Promise.all(actors.map(({ client }) => online(client)));
  await isSettled(actors[0]!.client, conversationId);
  for (const channel of end) {
    await until(
      channel.messages,
      ({ isLoaded, messages }) => isLoaded && messages.every(({ seq }) => seq !== null),
      'an empty outbox',
    );
  }
  for (const channel of end) {
    await whole(channel);
    await until(
      channel.messages,
      () => promised.every((text) => said(channel).includes(text)),
      'all that was promised',
    );
  }
  await Promise.all(end.map(whole));
  const [told, ...rest] = end.map(said);
  for (const other of rest) expect(other).toEqual(told);
  expect(new Set(told).size).toBe(told!.length);
  expect(told!.filter((text) => text.startsWith('<'))).toEqual([]);
  await Promise.all([...actors.map(({ client }) => client.close()), guest!.client.close()]);
}

async function found(): Promise<Actor> {
  const disk = createDisk();
  const life = disk.live();
  const client = house.open(life);
  await client.createAccount({ username: null });
  await online(client);
  await stocked(client);
  return { disk, life, client };
}

function revive(actor: Actor): void {
  actor.life = actor.disk.live();
  actor.client = house.open(actor.life);
}
