import { decodeEnvelope, isSealError, toHex, utf8, type Bytes } from '@seal-chat/protocol';
import fc from 'fast-check';
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
import { runs } from '../../test/runs.ts';
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

/** False when it is refused. */
async function succeeds(run: () => unknown): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    if (!isSealError(error)) throw error;
    return false;
  }
}

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

  it('is never lost again, whatever lists say in whatever order', async () => {
    const step = fc.record({
      by: fc.nat(1),
      act: fc.constantFrom('start' as const, 'send' as const, 'take' as const),
      isListed: fc.boolean(),
    });
    const play = async (steps: readonly { by: number; act: 'start' | 'send' | 'take'; isListed: boolean }[]) => {
      const ends = [await testDevice('alice'), await testDevice('bob')] as const;
      const onWay: Bytes[][] = [[], []];
      for (const { by, act, isListed } of steps) {
        const [own, other] = [ends[by]!, ends[1 - by]!];
        const peer = isListed ? other : withoutPq(other);
        const before = recordOf(own, other);
        const mustHave = isListed || before?.pqRatchet === true;
        const old = plain(before);
        if (act === 'start') await startSession(own, peer);
        else if (act === 'send' && before !== null) {
          const isSent = await succeeds(() => onWay[by]!.push(send(own, peer, utf8('x'))));
          if (isSent && mustHave) expect(versionOf(onWay[by]!.at(-1)!)).toBe(2);
        } else if (act === 'take' && onWay[1 - by]!.length > 0) {
          await succeeds(() => receive(own, peer, onWay[1 - by]!.shift()!));
        }
        const after = recordOf(own, other);
        expect(before?.pqRatchet === true && after?.pqRatchet === false).toBe(false);
        if (mustHave) expect(plain(after).filter((name) => !old.includes(name))).toEqual([]);
      }
    };
    /** The sessions of a record that have no post-quantum ratchet. */
    const plain = (record: ReturnType<typeof recordOf>): readonly string[] =>
      (record?.sessions ?? []).filter(({ ratchet }) => ratchet.pq === null).map(({ baseKey }) => toHex(baseKey));
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), play), runs(40));
  });
});
