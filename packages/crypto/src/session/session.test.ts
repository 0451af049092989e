import {
  RATCHET_LIMITS,
  asKey,
  decodeEnvelope,
  encodeEnvelope,
  encodeEnvelopeHeader,
  fromUtf8,
  newId,
  toHex,
  utf8,
  type Bytes,
  type ConversationId,
  type DhPublicKey,
  type TenantId,
} from '@seal-chat/protocol';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CONVERSATION, TENANT, curves } from '../../test/accounts.ts';
import { changedBytes } from '../../test/deep-freeze.ts';
import {
  LIST_VERSIONS,
  NOW,
  addPreKey,
  claimBundle,
  parties,
  receive,
  receiving,
  recordOf,
  send,
  startSession,
  testDevice,
  type TestDevice,
} from '../../test/devices.ts';
import { seededRng } from '../../test/rng.ts';
import { codeOf } from '../../test/seal-error.ts';
import { decryptEnvelope, neededPreKeys } from './decrypt-envelope.ts';
import { encryptEnvelope, needsNewSession } from './encrypt-envelope.ts';
import { initiateSession } from './initiate-session.ts';
import { withActiveSession } from './session.ts';

let alice: TestDevice;
let bob: TestDevice;

beforeEach(async () => {
  [alice, bob] = [await testDevice('alice'), await testDevice('bob')];
});

const say = (from: TestDevice, to: TestDevice, text: string, now?: number) => send(from, to, utf8(text), now);
const hear = async (to: TestDevice, from: TestDevice, bytes: Bytes, now?: number) =>
  fromUtf8(await receive(to, from, bytes, now));
const activeSession = (own: TestDevice, peer: TestDevice) => toHex(recordOf(own, peer)!.sessions[0]!.baseKey);
const isInitial = (bytes: Bytes) => decodeEnvelope(bytes).header.preKey !== null;
const storedPreKeys = (device: TestDevice) => [...device.privatePreKeys.values()].map(({ kind }) => kind).toSorted();

/** Alice and Bob with a session that both have used. */
async function connect(): Promise<void> {
  await startSession(alice, bob);
  await hear(bob, alice, say(alice, bob, 'hello'));
  await hear(alice, bob, say(bob, alice, 'hello'));
}

describe('a session', () => {
  it('sends its initial header until the first answer, and only then stops', async () => {
    await startSession(alice, bob);
    const [one, two] = [say(alice, bob, 'one'), say(alice, bob, 'two')];
    expect([one, two].map(isInitial)).toEqual([true, true]);
    expect(await hear(bob, alice, two)).toBe('two');
    expect(await hear(bob, alice, one)).toBe('one');
    expect(isInitial(say(alice, bob, 'no answer yet'))).toBe(true);
    const answer = say(bob, alice, 'answer');
    expect(isInitial(answer)).toBe(false);
    expect(await hear(alice, bob, answer)).toBe('answer');
    expect(isInitial(say(alice, bob, 'answered'))).toBe(false);
  });

  it('asks for prekeys on its first message only (S3), and consumes one-time keys on success only (X6)', async () => {
    await addPreKey(bob, 'oneTime');
    await addPreKey(bob, 'kemOneTime');
    await startSession(alice, bob);
    const [one, two] = [say(alice, bob, 'one'), say(alice, bob, 'two')];
    const damaged = one.slice();
    damaged[damaged.length - 1]! ^= 1;
    expect(await codeOf(() => receive(bob, alice, damaged))).toBe('UNDECRYPTABLE');
    expect(storedPreKeys(bob)).toEqual(['kemLastResort', 'kemOneTime', 'oneTime', 'signed']);
    expect(recordOf(bob, alice)).toBeNull();

    expect(neededPreKeys(null, decodeEnvelope(one)).map(({ kind }) => kind)).toEqual([
      'signed',
      'kemOneTime',
      'oneTime',
    ]);
    expect(await hear(bob, alice, one)).toBe('one');
    expect(storedPreKeys(bob)).toEqual(['kemLastResort', 'signed']);
    expect(neededPreKeys(recordOf(bob, alice), decodeEnvelope(two))).toEqual([]);
    expect(await hear(bob, alice, two)).toBe('two');
    expect(await codeOf(() => receive(bob, alice, one))).toBe('DUPLICATE_MESSAGE');
  });

  it('never falls back to another session when an initial message fails (S3)', async () => {
    await connect();
    await startSession(alice, bob);
    const damaged = say(alice, bob, 'x');
    damaged[damaged.length - 1]! ^= 1;
    const rawDh = vi.spyOn(curves, 'rawDh');
    expect(await codeOf(() => receive(bob, alice, damaged))).toBe('UNDECRYPTABLE');
    const forOneAgreement = 1 + 3 + 1; // the check of the base key, DH1 to DH3 and the first ratchet step
    expect(rawDh).toHaveBeenCalledTimes(forOneAgreement);
    rawDh.mockRestore();
  });

  it.each([
    ['with', true],
    ['without', false],
  ])('reports a duplicate, or damage, without trying other sessions (D7), %s post-quantum ratchet', async (_, pq) => {
    for (const device of [alice, bob]) Object.assign(device.asPeer, { pqRatchet: pq });
    await connect();
    const old = say(alice, bob, 'on the old session');
    await hear(bob, alice, old);
    await startSession(alice, bob);
    const initial = say(alice, bob, 'on a new one');
    const unread = say(alice, bob, 'on a new one');
    await hear(bob, alice, initial);
    await hear(alice, bob, say(bob, alice, 'answer'));
    const later = say(alice, bob, 'later');
    await hear(bob, alice, later);
    expect(recordOf(bob, alice)!.sessions).toHaveLength(2);

    const rawDh = vi.spyOn(curves, 'rawDh');
    for (const again of [old, initial, later])
      expect(await codeOf(() => receive(bob, alice, again))).toBe('DUPLICATE_MESSAGE');
    const { header, ...rest } = decodeEnvelope(later);
    unread[unread.length - 1]! ^= 1;
    expect(await codeOf(() => receive(bob, alice, unread))).toBe('UNDECRYPTABLE');
    expect(rawDh).not.toHaveBeenCalled();
    // A key of small order is one in every session.
    const ratchet = { ...header.ratchet, dhKey: asKey<DhPublicKey>(new Uint8Array(32)) };
    const forged = encodeEnvelope({ ...rest, headerBytes: encodeEnvelopeHeader({ ...header, ratchet }) });
    expect(await codeOf(() => receive(bob, alice, forged))).toBe(pq ? 'UNDECRYPTABLE' : 'LOW_ORDER_KEY');
    expect(rawDh).toHaveBeenCalledTimes(pq ? 0 : 1);
    rawDh.mockRestore();
  });

  it('is found among archived ones and becomes active by receiving (S2)', async () => {
    await connect();
    const first = activeSession(bob, alice);
    const late = say(alice, bob, 'late');
    await startSession(alice, bob);
    await hear(bob, alice, say(alice, bob, 'on a new session'));
    expect(activeSession(bob, alice)).not.toBe(first);
    expect(await hear(bob, alice, late)).toBe('late');
    expect(activeSession(bob, alice)).toBe(first);
  });

  it('opens a message of an archived session that looks too far ahead to the active one (S2)', async () => {
    await connect();
    const { maxSkipPerMessage } = RATCHET_LIMITS;
    const long = Array.from({ length: maxSkipPerMessage + 2 }, (_, i) => say(alice, bob, `${i}`));
    await hear(bob, alice, long[0]!);
    await hear(bob, alice, long.at(-1)!);
    await hear(alice, bob, say(bob, alice, 'a ratchet step'));
    const late = say(alice, bob, 'late');

    await startSession(bob, alice);
    await hear(alice, bob, say(bob, alice, 'a new session'));
    await hear(bob, alice, say(alice, bob, 'answer'));
    const active = recordOf(bob, alice)!.sessions[0]!.ratchet.receiving[0]!;
    expect(decodeEnvelope(late).header.ratchet.pn - active.n).toBeGreaterThan(maxSkipPerMessage);

    expect(await hear(bob, alice, late)).toBe('late');
  });

  it('converges when both start at the same time', async () => {
    await startSession(alice, bob);
    await startSession(bob, alice);
    const [fromAlice, fromBob] = [say(alice, bob, 'a'), say(bob, alice, 'b')];
    expect(await hear(bob, alice, fromAlice)).toBe('a');
    expect(await hear(alice, bob, fromBob)).toBe('b');
    expect(activeSession(alice, bob)).not.toBe(activeSession(bob, alice));
    const [again, back] = [say(alice, bob, 'a2'), say(bob, alice, 'b2')];
    expect(await hear(bob, alice, again)).toBe('a2');
    expect(await hear(alice, bob, back)).toBe('b2');
    expect(await hear(bob, alice, say(alice, bob, 'a3'))).toBe('a3');
    expect(await hear(alice, bob, say(bob, alice, 'b3'))).toBe('b3');
    expect(activeSession(alice, bob)).toBe(activeSession(bob, alice));
  });

  it('is replaced in time: not sent on after 30 days, answered or not, nor kept after 60 unused (S6)', async () => {
    await connect();
    const { maxSendAgeMs, maxReceiveAgeMs, unacknowledgedSessionLifetimeMs } = RATCHET_LIMITS;
    const lastDay = NOW + maxSendAgeMs;
    expect(needsNewSession(recordOf(alice, bob), bob.asPeer, lastDay)).toBe(false);
    expect(await hear(bob, alice, say(alice, bob, 'x', lastDay), lastDay)).toBe('x');
    expect(needsNewSession(recordOf(alice, bob), bob.asPeer, lastDay + 1)).toBe(true);
    expect(await codeOf(() => say(alice, bob, 'x', lastDay + 1))).toBe('NO_SESSION');

    const late = say(alice, bob, 'late', lastDay);
    const lastMoment = lastDay + maxReceiveAgeMs;
    expect(await codeOf(() => receive(bob, alice, late, lastMoment + 1))).toBe('NO_SESSION');
    expect(await hear(bob, alice, late, lastMoment)).toBe('late');

    const eve = await testDevice('eve');
    await startSession(alice, eve);
    expect(needsNewSession(recordOf(alice, eve), eve.asPeer, NOW + unacknowledgedSessionLifetimeMs)).toBe(false);
    expect(needsNewSession(recordOf(alice, eve), eve.asPeer, NOW + unacknowledgedSessionLifetimeMs + 1)).toBe(true);
    expect(needsNewSession(null, eve.asPeer, NOW)).toBe(true);
  });

  it('whose sending chain is used up is passed over', async () => {
    await connect();
    const record = recordOf(alice, bob)!;
    const session = record.sessions[0]!;
    const sending = { ...session.ratchet.sending, n: RATCHET_LIMITS.maxMessageNumber };
    const usedUp = { ...session, ratchet: { ...session.ratchet, sending } };
    expect(needsNewSession({ ...record, sessions: [usedUp] }, bob.asPeer, NOW)).toBe(true);
    expect(needsNewSession({ ...record, sessions: [usedUp, session] }, bob.asPeer, NOW)).toBe(false);
  });

  it('of an earlier age does not keep a younger one from being sent on', async () => {
    await connect();
    const late = say(alice, bob, 'late');
    const later = NOW + RATCHET_LIMITS.maxSendAgeMs;
    await startSession(alice, bob, later);
    await hear(bob, alice, say(alice, bob, 'x', later), later);
    const young = activeSession(bob, alice);
    await hear(bob, alice, late, later + 1); // the old session is in front now, and too old to send on
    expect(activeSession(bob, alice)).not.toBe(young);
    say(bob, alice, 'y', later + 1);
    expect(activeSession(bob, alice)).toBe(young);
  });

  it('is one of 40 at most, the one used longest ago going first', async () => {
    await startSession(alice, bob);
    await hear(bob, alice, say(alice, bob, 'first'));
    const [first, late] = [activeSession(bob, alice), say(alice, bob, 'late')];
    const kept = () => recordOf(bob, alice)!.sessions.map(({ baseKey }) => toHex(baseKey));
    for (let i = 1; i < RATCHET_LIMITS.maxSessionsPerDevice; i++) {
      await startSession(alice, bob);
      await hear(bob, alice, say(alice, bob, 'x'));
    }
    expect(kept()).toHaveLength(RATCHET_LIMITS.maxSessionsPerDevice);
    expect(kept().at(-1)).toBe(first);
    const second = kept().at(-2);
    expect(await hear(bob, alice, late)).toBe('late');
    await startSession(bob, alice);
    expect(kept()).toHaveLength(RATCHET_LIMITS.maxSessionsPerDevice);
    expect(kept()).toContain(first);
    expect(kept()).not.toContain(second);
  });

  it('takes the place of its old self, and of no session of the other role with the same base key', async () => {
    await connect();
    const record = recordOf(alice, bob)!;
    const session = record.sessions[0]!;
    const older = { ...session, lastUsedAt: NOW - 1 };
    const mirrored = { ...session, isInitiator: !session.isInitiator };
    const { sessions } = withActiveSession({ ...record, sessions: [older, mirrored] }, session, NOW);
    expect(sessions).toEqual([session, mirrored]);
  });

  it('reports which session it used, so that a retry can ask for another one', async () => {
    await connect();
    const params = {
      rng: alice.rng,
      parties: parties(alice, bob),
      record: recordOf(alice, bob)!,
      conversationId: CONVERSATION,
      listVersions: LIST_VERSIONS,
      plaintext: utf8('x'),
      now: NOW,
    };
    const sent = encryptEnvelope(params);
    const received = await decryptEnvelope(receiving(bob, alice, sent.envelope));
    expect(toHex(sent.sessionId)).toBe(activeSession(alice, bob));
    expect(received.sessionId).toEqual(sent.sessionId);
    expect(decodeEnvelope(sent.envelope).header).toMatchObject(LIST_VERSIONS);
  });

  it('refuses a plaintext that does not fit an envelope', async () => {
    await startSession(alice, bob);
    expect(await codeOf(() => send(alice, bob, new Uint8Array(2_697)))).toBe('TOO_LARGE');
    const largest = send(alice, bob, new Uint8Array(2_696));
    expect(largest.length).toBeLessThanOrEqual(4_096);
    expect(await receive(bob, alice, largest)).toHaveLength(2_696);
  });

  it('changes nothing it was given', async () => {
    await connect();
    await hear(bob, alice, say(alice, bob, 'x'));
    expect(changedBytes()).toBe(0);
  });
});

describe('what a session is bound to', () => {
  it('opens in its own conversation only', async () => {
    await connect();
    const params = receiving(bob, alice, say(alice, bob, 'x'));
    const conversationId = newId<ConversationId>(seededRng('elsewhere')(16));
    expect(await codeOf(() => decryptEnvelope({ ...params, conversationId }))).toBe('UNDECRYPTABLE');
    await startSession(alice, bob);
    const initial = receiving(bob, alice, say(alice, bob, 'y'));
    expect(await codeOf(() => decryptEnvelope({ ...initial, conversationId }))).toBe('UNDECRYPTABLE');
    await decryptEnvelope(params);
    await decryptEnvelope(initial);
  });

  it('opens for its own tenant, users, devices and identity keys only', async () => {
    const eve = await testDevice('eve');
    await startSession(alice, bob);
    const initial = receiving(bob, alice, say(alice, bob, 'first'));
    await hear(bob, alice, say(alice, bob, 'second'));
    const later = receiving(bob, alice, say(alice, bob, 'third'));
    const { own, peer } = initial.parties;
    const tenantId = newId<TenantId>(seededRng('elsewhere')(16));
    const strangers = {
      tenant: { tenantId, own, peer },
      'own user': { tenantId: TENANT, own: { ...own, userId: eve.own.userId }, peer },
      'own device': { tenantId: TENANT, own: { ...own, deviceId: eve.own.deviceId }, peer },
      'own key': { tenantId: TENANT, own: { ...own, dhKeys: eve.own.dhKeys }, peer },
      'peer user': { tenantId: TENANT, own, peer: { ...peer, userId: eve.own.userId } },
      'peer device': { tenantId: TENANT, own, peer: { ...peer, deviceId: eve.own.deviceId } },
      'peer key': { tenantId: TENANT, own, peer: { ...peer, dhKey: eve.asPeer.dhKey } },
    };
    for (const [name, others] of Object.entries(strangers)) {
      expect(await codeOf(() => decryptEnvelope({ ...initial, parties: others })), name).toBe('UNDECRYPTABLE');
      expect(await codeOf(() => decryptEnvelope({ ...later, parties: others })), name).toBe('IDENTITY_CHANGED');
      const { rng, kem } = bob;
      const record = recordOf(bob, alice)!;
      const message = { rng, record, conversationId: CONVERSATION, listVersions: LIST_VERSIONS, plaintext: utf8('x') };
      expect(await codeOf(() => encryptEnvelope({ ...message, parties: others, now: NOW })), name).toBe(
        'IDENTITY_CHANGED',
      );
      const bundle = claimBundle(alice);
      const start = { curves, kem, rng, parties: others, record, bundle, now: NOW, localNow: NOW };
      expect(await codeOf(() => initiateSession(start)), name).toBe('IDENTITY_CHANGED');
    }
    await decryptEnvelope(initial);
    await decryptEnvelope(later);
  });

  it('does not open what is sent back to its sender', async () => {
    await startSession(alice, bob);
    const initial = say(alice, bob, 'x');
    expect(neededPreKeys(recordOf(alice, bob), decodeEnvelope(initial))).toHaveLength(2); // not taken for her session
    // The ids of their prekeys are the same; neither Alice's own private halves open it, nor Bob's if she had them.
    expect(await codeOf(() => receive(alice, bob, initial))).toBe('UNDECRYPTABLE');
    const thief = { ...alice, privatePreKeys: bob.privatePreKeys };
    expect(await codeOf(() => receive(thief, bob, initial))).toBe('UNDECRYPTABLE');
    await hear(bob, alice, initial);
    await hear(alice, bob, say(bob, alice, 'y'));
    const later = say(alice, bob, 'z');
    expect(await codeOf(() => receive(alice, bob, later))).toBe('UNDECRYPTABLE');
    expect(await hear(bob, alice, later)).toBe('z');
  });

  it('needs a session for anything but an initial message', async () => {
    await connect();
    const bytes = say(alice, bob, 'x');
    bob.records.clear();
    expect(await codeOf(() => receive(bob, alice, bytes))).toBe('NO_SESSION');
  });
});
