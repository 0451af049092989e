import { decodeEnvelope, utf8 } from '@seal-chat/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { CONVERSATION } from '../../test/accounts.ts';
import {
  LIST_VERSIONS,
  NOW,
  parties,
  receive,
  receiving,
  recordOf,
  send,
  startSession,
  testDevice,
  type TestDevice,
} from '../../test/devices.ts';
import { codeOf } from '../../test/seal-error.ts';
import { decryptEnvelope } from './decrypt-envelope.ts';
import { encryptEnvelope, needsNewSession } from './encrypt-envelope.ts';

let alice: TestDevice;
let bob: TestDevice;

/** The device as another one sees it whose list does not say that it has the post-quantum ratchet. */
const withoutPq = (device: TestDevice): TestDevice => ({ ...device, asPeer: { ...device.asPeer, pqRatchet: false } });
const versionOf = (bytes: Uint8Array) => decodeEnvelope(bytes).headerBytes[0];

beforeEach(async () => {
  [alice, bob] = [await testDevice('alice'), await testDevice('bob')];
});

describe('the post-quantum ratchet', () => {
  it('is in every session with a device whose list says that it has it', async () => {
    await startSession(alice, bob);
    const bytes = send(alice, bob, utf8('x'));
    expect(versionOf(bytes)).toBe(2);
    await receive(bob, alice, bytes);
    expect(versionOf(send(bob, alice, utf8('y')))).toBe(2);
  });

  it('is left out where the list does not say so, and the session works', async () => {
    await startSession(alice, withoutPq(bob));
    const bytes = send(alice, withoutPq(bob), utf8('x'));
    expect(versionOf(bytes)).toBe(1);
    expect(await receive(bob, withoutPq(alice), bytes)).toEqual(utf8('x'));
    const answer = send(bob, withoutPq(alice), utf8('y'));
    expect(await receive(alice, withoutPq(bob), answer)).toEqual(utf8('y'));
  });

  it('is not left out by a sender whose list says that it has it: such a beginning is refused', async () => {
    await startSession(alice, withoutPq(bob));
    const bytes = send(alice, withoutPq(bob), utf8('x'));
    expect(await codeOf(() => receive(bob, alice, bytes))).toBe('UNSUPPORTED_VERSION');
    expect(recordOf(bob, alice)).toBeNull();
  });

  it('is demanded ever after, once a device was seen with it, whatever its list says later', async () => {
    await startSession(alice, bob);
    await receive(bob, alice, send(alice, bob, utf8('x')));
    for (const [own, peer] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      expect(recordOf(own, peer)!.pqRatchet).toBe(true);
      await startSession(own, withoutPq(peer));
      expect(versionOf(send(own, withoutPq(peer), utf8('x')))).toBe(2);
    }
    const stranger = { ...alice, records: new Map() };
    await startSession(stranger, withoutPq(bob));
    const downgraded = send(stranger, withoutPq(bob), utf8('x'));
    expect(await codeOf(() => receive(bob, withoutPq(alice), downgraded))).toBe('UNSUPPORTED_VERSION');
  });

  it('is taken from a message that has it, before the list is known that says so', async () => {
    await startSession(alice, bob);
    await receive(bob, withoutPq(alice), send(alice, bob, utf8('x')));
    expect(recordOf(bob, alice)!.pqRatchet).toBe(true);
  });

  it('replaces a session that was begun without it, which still opens what is on its way', async () => {
    await startSession(alice, withoutPq(bob));
    await receive(bob, withoutPq(alice), send(alice, withoutPq(bob), utf8('x')));
    await receive(alice, withoutPq(bob), send(bob, withoutPq(alice), utf8('y')));
    const late = send(alice, withoutPq(bob), utf8('late'));
    expect(needsNewSession(recordOf(bob, alice), alice.asPeer, NOW)).toBe(true);
    expect(await codeOf(() => send(bob, alice, utf8('z')))).toBe('NO_SESSION');
    expect(await receive(bob, alice, late)).toEqual(utf8('late'));
    expect(await codeOf(() => send(bob, alice, utf8('z')))).toBe('NO_SESSION');
  });

  it('is part of what a session is bound to: the initial message opens as no other kind', async () => {
    await startSession(alice, bob);
    const params = receiving(bob, alice, send(alice, bob, utf8('x')));
    const { header } = params.envelope;
    const envelope = { ...params.envelope, header: { ...header, pq: null } };
    const unaware = { ...params, parties: parties(bob, withoutPq(alice)), envelope };
    expect(await codeOf(() => decryptEnvelope(unaware))).toBe('UNDECRYPTABLE');
    expect(await codeOf(() => decryptEnvelope({ ...params, envelope }))).toBe('UNSUPPORTED_VERSION');
    await decryptEnvelope(params);
  });

  it('leaves a record that knows of it when it sends', async () => {
    await startSession(alice, withoutPq(bob));
    const { rng } = alice;
    const record = { ...recordOf(alice, bob)!, pqRatchet: false };
    const given = { rng, record, conversationId: CONVERSATION, listVersions: LIST_VERSIONS, plaintext: utf8('x') };
    const sent = encryptEnvelope({ ...given, parties: parties(alice, withoutPq(bob)), now: NOW });
    expect(sent.record.pqRatchet).toBe(false);
  });
});
