import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConversationId, SealClient } from '../src/index.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { createDisk, type Disk, type Life } from './support/mortal.ts';
import { online, textOf, until, whole } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** One device with its lives. */
interface Actor {
  readonly disk: Disk;
  life: Life;
  client: SealClient;
}

type Action =
  | { readonly who: number; readonly what: 'send' | 'read' | 'wait' }
  /** The device dies after that many more steps, and the next action of it begins a new life. */
  | { readonly who: number; readonly what: 'die'; readonly steps: number };

const ACTORS = 3;
const who = fc.nat(ACTORS - 1);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ who, what: fc.constant('send' as const) }) },
  { weight: 1, arbitrary: fc.record({ who, what: fc.constantFrom('read' as const, 'wait' as const) }) },
  { weight: 2, arbitrary: fc.record({ who, what: fc.constant('die' as const), steps: fc.nat(25) }) },
);

describe('several devices that crash at random', () => {
  it('end with the same messages in the same order, none lost and none twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 40 }), (actions) => play(actions)),
      { numRuns: 3, endOnFailure: true },
    );
  });
});

/** Alice talks with Bob, who has two devices. */
async function play(actions: readonly Action[]): Promise<void> {
  const alice = await settle();
  const bob = await settle();
  const second = await settle(bob);
  const actors = [alice, bob, second];
  const { conversationId } = await alice.client.openDm(userIdOf(bob.client));
  const promised: string[] = [];

  for (const [i, next] of actions.entries()) {
    const actor = actors[next.who]!;
    if (next.what === 'die') {
      actor.life.dieIn(next.steps);
      continue;
    }
    if (actor.life.isDead()) revive(actor);
    const conversation = actor.client.conversation(conversationId);
    const text = `${next.who}.${i}`;
    const work =
      next.what === 'send'
        ? conversation.send(text).then(() => void promised.push(text))
        : next.what === 'read'
          ? conversation.markRead()
          : online(actor.client);
    await Promise.race([work, actor.life.death]);
  }

  for (const actor of actors) {
    actor.life.kill();
    revive(actor);
  }
  await Promise.all(actors.map(({ client }) => drained(client, conversationId)));
  const everything = await Promise.all(actors.map(({ client }) => sequence(client, conversationId, promised)));
  const [told, ...others] = everything;
  for (const other of others) expect(other).toEqual(told);
  const texts = told!.map(([, text]) => text);
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts).toEqual(expect.arrayContaining(promised));
  await Promise.all(actors.map(({ client }) => client.close()));
}

/** A new device: of a new account, or the second one of `account`. */
async function settle(account?: Actor): Promise<Actor> {
  const disk = createDisk();
  const life = disk.live();
  const client = house.open(life);
  if (account === undefined) await client.createAccount({ username: null });
  else {
    const offer = await account.client.showLinkingCode();
    const state = offer.state.get();
    const request = client.linkThisDevice(state.step === 'waiting' ? state.code : '');
    await until(offer.state, ({ step }) => step === 'compare', 'the digits');
    offer.confirm();
    await Promise.all([offer.finished, request.finished]);
  }
  await online(client);
  return { disk, life, client };
}

function revive(actor: Actor): void {
  actor.life = actor.disk.live();
  actor.client = house.open(actor.life);
}

/** Everything this device has to send is sent. */
async function drained(client: SealClient, conversationId: ConversationId): Promise<void> {
  await online(client);
  const { messages } = client.conversation(conversationId);
  await until(
    messages,
    (shown) => shown.isLoaded && shown.messages.every(({ seq }) => seq !== null),
    'an empty outbox',
  );
}

/** What the device expectShown, once all that was promised is there. */
async function sequence(
  client: SealClient,
  conversationId: ConversationId,
  promised: readonly string[],
): Promise<readonly (readonly [seq: number | null, text: string])[]> {
  const conversation = client.conversation(conversationId);
  await whole(conversation);
  const shown = (): string[] => conversation.messages.get().messages.map(textOf);
  await until(conversation.messages, () => promised.every((text) => shown().includes(text)), 'all that was promised');
  return conversation.messages.get().messages.map((message) => [message.seq, textOf(message)] as const);
}
