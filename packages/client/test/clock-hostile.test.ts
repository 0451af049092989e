import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from './support/hostile.ts';
import { openHouse, type House } from './support/house.ts';
import { createLyingServer, type LyingServer } from './support/lying-server.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

const DAY = 24 * 60 * 60 * 1000;
const WEEK_S = 604_800;

/** The server dates everything it says by a clock of its own. */
function shiftClock(server: LyingServer, clockOf: (real: number) => number, signingIn = 'auth.register'): void {
  const session = (answer: Json): Json => {
    const real = answer['serverTime'] as number;
    const shown = clockOf(real);
    const later = ['accessExpiresAt', 'refreshExpiresAt', 'expiresAt'].filter((name) => name in answer);
    const shifted = later.map((name) => [name, (answer[name] as number) - real + shown] as const);
    return { ...answer, serverTime: shown, ...Object.fromEntries(shifted) };
  };
  server.lie({
    answers: { 'auth.challenge': session, [signingIn]: session },
    events: { message: (event) => [{ ...event, acceptedAt: clockOf(event['acceptedAt'] as number) }] },
  });
}

/** What a server may do to its clock: the difference that the person is told of, days. */
const CLOCKS: readonly (readonly [name: string, clockOf: (real: number) => number, told: number])[] = [
  ['400 days ahead', (real) => real + 400 * DAY, 400],
  ['400 days behind', (real) => real - 400 * DAY, -400],
  ['stands still in the past', () => 1_000_000_000_000, -1],
  ['jumps', (real) => real + (Math.random() < 0.5 ? 300 : 200) * DAY, 1],
];

describe('a server whose clock is wrong', () => {
  it.each(CLOCKS)(
    '%s: nothing disappears early or stays longer, no key is replaced, and it is told',
    async (...row) => {
      const [, clockOf, told] = row;
      const server = createLyingServer();
      shiftClock(server, clockOf);
      const [alice, bob] = await Promise.all([house.enter(null), house.enter(null, server)]);
      await Promise.all([online(alice.client), online(bob.client)]);
      const atAlice = await alice.client.openDm(bob.userId);
      await atAlice.setTimer(WEEK_S);
      await atAlice.send('for a week');
      const atBob = await dmWith(bob.client, alice.userId);
      await expectShown(atBob, ['<event>', 'for a week']);
      const message = atBob.messages.get().messages.at(-1)!;
      expect(Math.abs(message.expiresAt! - (Date.now() + WEEK_S * 1000))).toBeLessThan(60_000);
      await until(bob.client.clockDifference, (difference) => Math.abs(difference) > DAY, 'the difference');
      expect(Math.sign(bob.client.clockDifference.get())).toBe(Math.sign(told));
      // What rests on the clock is looked at when a connection begins.
      const before = server.calls.filter(({ path }) => path === 'preKeys.publish').length;
      server.cut();
      await until(bob.client.connection, ({ status }) => status !== 'online', 'the cut');
      await online(bob.client);
      await atAlice.send('still here');
      await expectShown(atBob, ['<event>', 'for a week', 'still here']);
      expect(server.calls.filter(({ path }) => path === 'preKeys.publish')).toHaveLength(before);
      await server.expectFired();
    },
  );

  it('goes 400 days ahead between two sign-ins: no key is replaced that was made before', async () => {
    const server = createLyingServer();
    const { client } = await house.enter(null, server);
    await online(client);
    const published = () => server.calls.filter(({ path }) => path === 'preKeys.publish').length;
    await expect.poll(published).toBe(1);
    await client.signOut();
    shiftClock(server, (real) => real + 400 * DAY, 'auth.signIn');
    await client.signIn();
    await online(client);
    await until(client.clockDifference, (difference) => difference > 399 * DAY, 'the difference');
    // What rests on the clock is looked at in a round, in this order; the list of conversations comes after the keys.
    const listed = () => server.calls.filter(({ path }) => path === 'conversations.list').length;
    const before = listed();
    server.cut();
    await expect.poll(listed).toBeGreaterThan(before);
    expect(published()).toBe(1);
  });
});
