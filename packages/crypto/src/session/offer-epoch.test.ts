import { RATCHET_LIMITS, utf8 } from '@seal-chat/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { NOW, receive, recordOf, send, startSession, testDevice, type TestDevice } from '../../test/devices.ts';
import { needsEpoch, offerEpoch } from './offer-epoch.ts';
import type { SessionRecord } from './session.ts';

const { pqEpochMs, maxSendAgeMs } = RATCHET_LIMITS;
const DUE = NOW + pqEpochMs;

let alice: TestDevice;
let bob: TestDevice;
/** What Alice keeps of Bob, before he has answered and after. */
let unanswered: SessionRecord;
let answered: SessionRecord;
let withoutPq: SessionRecord;

beforeAll(async () => {
  [alice, bob] = [await testDevice('alice'), await testDevice('bob')];
  await startSession(alice, bob);
  await receive(bob, alice, send(alice, bob, utf8('x')));
  unanswered = recordOf(alice, bob)!;
  await receive(alice, bob, send(bob, alice, utf8('y')));
  answered = recordOf(alice, bob)!;
  const [session] = answered.sessions;
  withoutPq = {
    ...answered,
    pqRatchet: false,
    sessions: [{ ...session!, ratchet: { ...session!.ratchet, pq: null } }],
  };
});

const at = (record: SessionRecord, localNow: number, pqRatchet = true) => ({
  record,
  peer: { pqRatchet },
  now: NOW,
  localNow,
});
const offer = (given: ReturnType<typeof at>) => offerEpoch({ ...given, kem: alice.kem, rng: alice.rng });

describe('a new epoch', () => {
  it('is offered when it is due, in the session that is sent on and in no other', async () => {
    const [session] = answered.sessions;
    const older = { ...session!, isInitiator: false };
    const record = { ...answered, sessions: [session!, older] };
    expect(needsEpoch(at(record, DUE))).toBe(true);
    const { sessions, ...rest } = await offer(at(record, DUE));
    expect(rest).toEqual({ ...answered, sessions: undefined });
    expect(sessions[0]!.ratchet.pq!.exchange).toMatchObject({ step: 'offered', sent: 0 });
    expect(sessions[0]).toEqual({ ...session!, ratchet: { ...session!.ratchet, pq: sessions[0]!.ratchet.pq } });
    expect(sessions[1]).toBe(older);
  });

  it.each([
    ['before it is due', () => at(answered, DUE - 1)],
    ['before the session was answered', () => at(unanswered, DUE)],
    ['in a session without the post-quantum ratchet', () => at(withoutPq, DUE, false)],
    ['without a session', () => at({ ...answered, sessions: [] }, DUE)],
    ['in a session that is too old to send on', () => ({ ...at(answered, DUE), now: NOW + maxSendAgeMs + 1 })],
  ])('is not offered %s', async (_, make) => {
    const given = make();
    expect(needsEpoch(given)).toBe(false);
    expect(await offer(given)).toBe(given.record);
  });
});
