import { RATCHET_LIMITS, decode, encode, isSealError, utf8, type Bytes, type Codec } from '@seal-chat/protocol';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { NOW, offer, receive, recordOf, send, startSession, testDevice, throughBytes } from '../../test/devices.ts';
import { codeOf } from '../../test/seal-error.ts';
import { privatePreKeyCodec, wipePreKey, type PrivatePreKey } from '../prekeys.ts';
import { runs } from '../../test/runs.ts';
import { pqCodec } from './pq-codec.ts';
import { sessionCodec, sessionRecordHeadCodec, wipeSessionRecord } from './record-codec.ts';
import type { Session, SessionRecord } from './session.ts';

const DAY = 86_400_000;

let full: SessionRecord;
/** A session at every step of the post-quantum ratchet. */
let steps: readonly Session[];
let preKeys: readonly PrivatePreKey[];

/** A record with a session that waits for its answer, one with several chains and skipped keys, and one that was accepted. */
beforeAll(async () => {
  const [alice, bob] = [await testDevice('alice'), await testDevice('bob')];
  const ofAlice = (): Session => recordOf(alice, bob)!.sessions[0]!;
  await startSession(alice, bob);
  await receive(bob, alice, send(alice, bob, utf8('x')));
  for (let turn = 0; turn < 3; turn++) {
    send(bob, alice, utf8('lost'));
    await receive(alice, bob, send(bob, alice, utf8('x')));
    await receive(bob, alice, send(alice, bob, utf8('x')));
  }
  const idle = ofAlice();
  await offer(alice, bob, NOW + DAY);
  const offered = ofAlice();
  await receive(bob, alice, send(alice, bob, utf8('with the key')));
  const answered = recordOf(bob, alice)!.sessions[0]!;
  await receive(alice, bob, send(bob, alice, utf8('with the ciphertext')));
  steps = [idle, offered, answered, ofAlice()];
  await startSession(bob, alice);
  await receive(alice, bob, send(bob, alice, utf8('x')));
  await startSession(alice, bob);
  full = recordOf(alice, bob)!;
  preKeys = [...bob.privatePreKeys.values()];
});

describe('the storage form of a session record', () => {
  const formOf = <T>(codec: Codec<T>, value: T) => ({
    bytes: encode(codec, value),
    again: (bytes: Bytes) => encode(codec, decode(codec, bytes)),
  });
  /** The head, and a session at every step. */
  const forms = () => [formOf(sessionRecordHeadCodec, full), ...steps.map((session) => formOf(sessionCodec, session))];

  it('gives the record back', () => {
    expect(full.sessions.map(({ pending }) => pending === null)).toEqual([false, true, true]);
    expect(full.sessions[2]!.ratchet.receiving.flatMap(({ skipped }) => skipped)).toHaveLength(3);
    expect(steps.map(({ ratchet }) => ratchet.pq!.exchange.step)).toEqual(['idle', 'offered', 'answered', 'entered']);
    expect(throughBytes(full)).toEqual(full);
    for (const session of steps) expect(decode(sessionCodec, encode(sessionCodec, session))).toEqual(session);
    for (const { bytes, again } of forms()) expect(again(bytes)).toEqual(bytes);
  });

  it('begins with a version and refuses others', async () => {
    for (const { bytes, again } of forms()) {
      expect(bytes[0]).toBe(1);
      bytes[0] = 2;
      expect(await codeOf(() => again(bytes))).toBe('UNSUPPORTED_VERSION');
    }
  });

  it('refuses damage with a typed error, or reads another record; it never crashes', () => {
    for (const { bytes: whole, again } of forms()) {
      const tryDecode = (bytes: Bytes) => {
        try {
          return again(bytes);
        } catch (error) {
          if (!isSealError(error)) throw error;
          return null;
        }
      };
      for (let length = 0; length < whole.length; length += 3) expect(tryDecode(whole.slice(0, length))).toBeNull();
      fc.assert(
        fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
          const damaged = whole.slice();
          damaged[at]! ^= mask;
          const read = tryDecode(damaged);
          if (read !== null) expect(read).toEqual(damaged); // every accepted encoding is the one of its value
        }),
        runs(300),
      );
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
          tryDecode(Uint8Array.from([1, ...bytes]));
        }),
      );
    }
  });

  it('refuses a step of the post-quantum ratchet that there is not', async () => {
    const bytes = encode(pqCodec, steps[0]!.ratchet.pq!);
    const at = bytes.length - 1 - 4 - 8; // before the count of messages and the time
    expect(bytes[at]).toBe(0);
    bytes[at] = 4;
    expect(await codeOf(() => decode(pqCodec, bytes))).toBe('MALFORMED');
  });

  it('has no more skipped keys than a session keeps', async () => {
    const session = full.sessions[2]!;
    const [chain, ...older] = session.ratchet.receiving;
    const withSkipped = (count: number): Session => {
      const skipped = Array.from({ length: count }, (_, n) => ({ n, key: chain!.ratchetKey as never, storedAt: NOW }));
      return { ...session, ratchet: { ...session.ratchet, receiving: [{ ...chain!, skipped }, ...older] } };
    };
    const { maxSkippedKeys } = RATCHET_LIMITS;
    const most = encode(sessionCodec, withSkipped(maxSkippedKeys));
    expect(decode(sessionCodec, most).ratchet.receiving[0]!.skipped).toHaveLength(maxSkippedKeys);
    expect(() => encode(sessionCodec, withSkipped(maxSkippedKeys + 1))).toThrow(RangeError);
    const isCount = (at: number) => new DataView(most.buffer).getUint16(at) === maxSkippedKeys;
    const at = most.findIndex((_, i) => i + 8 < most.length && isCount(i) && most[i + 5] === 0);
    new DataView(most.buffer).setUint16(at, maxSkippedKeys + 1);
    await expect(async () => decode(sessionCodec, most)).rejects.toThrow('too many skipped keys');
  });

  it('leaves no secret behind when it is wiped', () => {
    const record = throughBytes({ ...full, sessions: [...full.sessions, ...steps] });
    wipeSessionRecord(record);
    const left = record.sessions.flatMap(({ ratchet }) => [
      ratchet.rootKey,
      ratchet.ownKeys.privateKey,
      ratchet.sending.chainKey,
      ...ratchet.receiving.flatMap(({ chainKey, skipped }) => [
        ...(chainKey === null ? [] : [chainKey]),
        ...skipped.map(({ key }) => key),
      ]),
      ...secretsOf(ratchet.pq!),
    ]);
    expect(left.length).toBeGreaterThan(40);
    expect(left.every((secret) => secret.every((byte) => byte === 0))).toBe(true);
    const [session] = throughBytes({ ...full, sessions: [steps[0]!] }).sessions;
    const withoutPq = { ...session!, ratchet: { ...session!.ratchet, pq: null } };
    wipeSessionRecord({ ...full, sessions: [withoutPq] });
    expect(withoutPq.ratchet.rootKey).toEqual(new Uint8Array(32));
  });
});

function secretsOf({ epochSecret, sending, receiving, exchange }: NonNullable<Session['ratchet']['pq']>): Bytes[] {
  const secrets: Bytes[] = [epochSecret, sending.chainKey, receiving.chainKey];
  if (exchange.step === 'offered') secrets.push(exchange.seed);
  if (exchange.step === 'answered') secrets.push(exchange.sending.chainKey);
  if (exchange.step === 'answered' || exchange.step === 'entered') secrets.push(exchange.receiving.chainKey);
  return secrets;
}

describe('the storage form of a private prekey', () => {
  it('gives the prekey back, and refuses keys that do not fit their kind', async () => {
    for (const preKey of preKeys) {
      const bytes = encode(privatePreKeyCodec, preKey);
      expect(decode(privatePreKeyCodec, bytes)).toEqual(preKey);
      for (const change of [
        { kind: preKey.kind === 'signed' ? ('kemOneTime' as const) : ('oneTime' as const) },
        { publicKey: preKey.publicKey.slice(1) },
        { privateKey: preKey.privateKey.slice(1) },
        { uses: new Uint8Array(15) },
      ])
        expect(
          await codeOf(() => decode(privatePreKeyCodec, encode(privatePreKeyCodec, { ...preKey, ...change }))),
        ).toBe('MALFORMED');
      bytes[1] = 5;
      expect(await codeOf(() => decode(privatePreKeyCodec, bytes))).toBe('MALFORMED');
    }
  });

  it('leaves no secret behind when it is wiped', () => {
    for (const preKey of preKeys) {
      const copy = decode(privatePreKeyCodec, encode(privatePreKeyCodec, preKey));
      wipePreKey(copy);
      expect(copy.privateKey.every((byte) => byte === 0)).toBe(true);
    }
  });
});
