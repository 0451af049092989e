import { RATCHET_LIMITS, encode, utf8, type Bytes } from '@seal-chat/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { NOW, receive, recordOf, send, startSession, testDevice, type TestDevice } from '../../test/devices.ts';
import { codeOf } from '../../test/seal-error.ts';
import { sessionCodec, sessionRecordHeadCodec } from './record-codec.ts';
import type { Session } from './session.ts';
import { limitSkippedOfDevice } from './skipped-of-device.ts';

const { maxSkippedKeys, maxSkippedKeysPerDevice, maxSessionsPerDevice, skippedKeyLifetimeMs } = RATCHET_LIMITS;

let mallory: TestDevice;
let bob: TestDevice;

beforeEach(async () => {
  [mallory, bob] = [await testDevice('mallory'), await testDevice('bob')];
});

const sessionsOfBob = (): readonly Session[] => recordOf(bob, mallory)!.sessions;
const skippedIn = ({ ratchet }: Session): number =>
  ratchet.receiving.reduce((sum, { skipped }) => sum + skipped.length, 0);
const allSkipped = (): number => sessionsOfBob().reduce((sum, session) => sum + skippedIn(session), 0);

/** A new session in which so many messages are missing before the one that arrives; returns the missing ones. */
async function gap(count: number, now: number = NOW): Promise<readonly Bytes[]> {
  mallory.records.clear(); // what she forgets costs this test no time
  await startSession(mallory, bob, now);
  const missing = Array.from({ length: count }, (_, i) => send(mallory, bob, utf8(`${i}`), now));
  await receive(bob, mallory, send(mallory, bob, utf8('reached'), now), now);
  return missing;
}

describe('skipped keys of one device', () => {
  it('are bounded over all its sessions: the oldest go, and what is left opens', async () => {
    const [old, middle, young] = [
      await gap(maxSkippedKeys, NOW),
      await gap(maxSkippedKeys, NOW + 1),
      await gap(10, NOW + 2),
    ];
    expect(allSkipped()).toBe(maxSkippedKeysPerDevice);
    expect(sessionsOfBob().map(skippedIn)).toEqual([10, maxSkippedKeys, maxSkippedKeys - 10]);
    // Of a key that was dropped nobody can tell whether it was used.
    expect(await codeOf(() => receive(bob, mallory, old[9]!, NOW + 2))).toBe('UNDECRYPTABLE');
    expect(await receive(bob, mallory, old[10]!, NOW + 2)).toEqual(utf8('10'));
    expect(await receive(bob, mallory, middle[0]!, NOW + 2)).toEqual(utf8('0'));
    expect(await receive(bob, mallory, young[0]!, NOW + 2)).toEqual(utf8('0'));
    expect(await codeOf(() => receive(bob, mallory, young[0]!, NOW + 2))).toBe('DUPLICATE_MESSAGE');
  });

  it('go by age in every session, also in those that are no longer used', async () => {
    await gap(5, NOW);
    await gap(5, NOW + skippedKeyLifetimeMs + 1);
    expect(sessionsOfBob().map(skippedIn)).toEqual([5, 0]);
  });

  it('cost a session that loses none nothing: it stays the same object, and is not written again', async () => {
    await gap(5);
    await gap(5);
    const sessions = sessionsOfBob();
    const limited = limitSkippedOfDevice(sessions, NOW);
    expect(limited.every((session, i) => session === sessions[i])).toBe(true);
  });

  it('go by age whichever session was used last, and from those of its chains that have the oldest', () => {
    const chain = (count: number, storedAt: number) => ({
      skipped: Array.from({ length: count }, (_, n) => ({ n, storedAt })),
      forgottenBelow: 0,
    });
    const session = (...receiving: readonly object[]) => ({ ratchet: { receiving } }) as unknown as Session;
    const given = [session(chain(500, NOW - 1), chain(498, NOW)), session(chain(maxSkippedKeys, NOW))];
    expect(limitSkippedOfDevice([...given, session(chain(2, NOW))], NOW).map(skippedIn)).toEqual([998, 1_000, 2]);
    const [used, older, oldest] = limitSkippedOfDevice([...given, session(chain(5, NOW))], NOW);
    expect(used!.ratchet.receiving.map(({ skipped }) => skipped.length)).toEqual([497, 498]);
    expect([older, oldest].map((one) => skippedIn(one!))).toEqual([maxSkippedKeys, 5]);
  });

  it('and sessions take a hostile device no more room than this', async () => {
    for (let i = 0; i < maxSessionsPerDevice; i++) await gap(60, NOW + i);
    expect(allSkipped()).toBe(maxSkippedKeysPerDevice);
    expect(sessionsOfBob()).toHaveLength(maxSessionsPerDevice);
    const bytes = sessionsOfBob().map((session) => encode(sessionCodec, session).length);
    const head = encode(sessionRecordHeadCodec, recordOf(bob, mallory)!).length;
    // Read for each message of the device, at most: 88 KB of skipped keys and the sessions themselves.
    expect(head + bytes.reduce((sum, length) => sum + length, 0)).toBeLessThan(130_000);
    // Written for each: one session.
    expect(Math.max(...bytes)).toBeLessThan(50_000);
  });
});
