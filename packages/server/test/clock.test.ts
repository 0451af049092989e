import { afterEach, describe, expect } from 'vitest';
import { reconnect } from './support/devices.ts';
import { caughtUp, listen, messagesIn } from './support/events.ts';
import { channelMessage, channelOf, entriesIn, reconcile } from './support/channels.ts';
import { messageTo } from './support/messages.ts';
import { refusalOf } from './support/probes.ts';
import { connect } from './support/connections.ts';
import { test } from './support/test.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Sessions outlive the jumps ahead. */
const AHEAD_MS = 10 * MINUTE_MS;
const JUMPS_MS = [0, AHEAD_MS, -HOUR_MS, -3 * HOUR_MS, 0];

afterEach<{ clock: { aheadMs: number } }>(({ clock }) => {
  clock.aheadMs = 0;
});

/** Whether each time is that of the one before, or later. */
function neverGoesBack(times: readonly number[]): boolean {
  return times.every((time, i) => i === 0 || time >= times[i - 1]!);
}

describe('when the clock jumps', () => {
  test('a message never gets an earlier time than one before it, for its sender, its readers and the history', async ({
    clock,
    relay,
    tenant,
    pair,
  }) => {
    const { alice, bob, conversationId, send } = await pair();
    const online = await caughtUp(listen(bob.first));
    const answered: number[] = [];
    for (const aheadMs of JUMPS_MS) {
      clock.aheadMs = aheadMs;
      answered.push((await send(alice, `at ${aheadMs}`)).acceptedAt);
    }
    clock.aheadMs = 0;
    expect(neverGoesBack(answered)).toBe(true);
    expect(answered[1]! - answered[0]!).toBeGreaterThanOrEqual(AHEAD_MS);
    await online.until((events) => messagesIn(events).length === JUMPS_MS.length);
    expect(messagesIn(online.events).map(({ acceptedAt }) => acceptedAt)).toEqual(answered);
    const later = await caughtUp(listen(reconnect(relay, tenant, bob.first), '0'));
    expect(messagesIn(later.events).map(({ acceptedAt }) => acceptedAt)).toEqual(answered);
    const { messages } = await alice.first.api.messages.history.query({ conversationId, before: null, limit: 50 });
    expect(messages.map(({ acceptedAt }) => acceptedAt).toReversed()).toEqual(answered);
  });

  test('the time of one conversation is not that of another in the same batch, and a repeat answers the first time', async ({
    clock,
    pair,
  }) => {
    const [ahead, other] = [await pair(), await pair()];
    clock.aheadMs = AHEAD_MS;
    const message = messageTo(ahead.conversationId, [ahead.alice, ahead.bob], ahead.alice.first, 'ahead');
    const first = await ahead.alice.first.api.messages.send.mutate(message);
    clock.aheadMs = 0;
    const [late, present] = await Promise.all([ahead.send(ahead.bob, 'late'), other.send(other.alice, 'present')]);
    expect(late.acceptedAt).toBe(first.acceptedAt);
    expect(present.acceptedAt).toBeLessThan(first.acceptedAt - AHEAD_MS / 2);
    expect(await ahead.alice.first.api.messages.send.mutate(message)).toMatchObject(first);
  });

  test('the entries of a channel, Commits and messages alike, never go back', async ({ clock, people }) => {
    const [owner, member, newcomer] = (await people(3)) as [Awaited<ReturnType<typeof people>>[0], never, never];
    const { conversationId, group } = await channelOf(owner, [member]);
    const { channels } = owner.first.api;
    const online = await caughtUp(listen(owner.first));
    const answered: number[] = [];
    for (const aheadMs of JUMPS_MS) {
      clock.aheadMs = aheadMs;
      answered.push((await channels.send.mutate(channelMessage(conversationId, group))).acceptedAt);
    }
    clock.aheadMs = -HOUR_MS;
    await channels.add.mutate({ conversationId, userIds: [(newcomer as typeof owner).userId] });
    const next = await reconcile(owner.first, conversationId);
    clock.aheadMs = -2 * HOUR_MS;
    answered.push((await channels.send.mutate(channelMessage(conversationId, next))).acceptedAt);
    const { entries } = await channels.log.query({ conversationId, after: 0, limit: 100 });
    const times = entries.map(({ acceptedAt }) => acceptedAt);
    expect(entries.filter(({ kind }) => kind === 'commit')).toHaveLength(2);
    expect(neverGoesBack(times)).toBe(true);
    expect(entries.filter(({ kind }) => kind === 'message').map(({ acceptedAt }) => acceptedAt)).toEqual(answered);
    await online.until((events) => entriesIn(events).some(({ seq }) => seq === entries.at(-1)!.seq));
    expect(neverGoesBack(entriesIn(online.events).map(({ acceptedAt }) => acceptedAt))).toBe(true);
  });

  test('a key that was taken back is not accepted for longer when the clock goes back', async ({ clock, relay }) => {
    const tenant = await relay.addTenant();
    const ask = () => connect(relay, { appKey: tenant.appKey }).api.auth.challenge.mutate({});
    clock.aheadMs = 0;
    await ask();
    await relay.sql`delete from publishable_keys where key = ${tenant.appKey}`;
    clock.aheadMs = -HOUR_MS;
    expect(await refusalOf(ask())).toMatchObject({ code: 'UNKNOWN_APP_KEY' });
  });
});
