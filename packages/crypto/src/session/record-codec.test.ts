import { decode, encode, isSealError, utf8, type Bytes } from '@seal-chat/protocol';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { receive, recordOf, send, startSession, testDevice } from '../../test/devices.ts';
import { codeOf } from '../../test/seal-error.ts';
import { privatePreKeyCodec, wipePreKey, type PrivatePreKey } from '../prekeys.ts';
import { runs } from '../../test/runs.ts';
import { sessionRecordCodec, wipeSessionRecord } from './record-codec.ts';
import type { SessionRecord } from './session.ts';

let full: SessionRecord;
let preKeys: readonly PrivatePreKey[];

/** A record with a session that waits for its answer, one with several chains and skipped keys, and one that was accepted. */
beforeAll(async () => {
  const [alice, bob] = [await testDevice('alice'), await testDevice('bob')];
  await startSession(alice, bob);
  await receive(bob, alice, send(alice, bob, utf8('x')));
  for (let turn = 0; turn < 3; turn++) {
    send(bob, alice, utf8('lost'));
    await receive(alice, bob, send(bob, alice, utf8('x')));
    await receive(bob, alice, send(alice, bob, utf8('x')));
  }
  await startSession(bob, alice);
  await receive(alice, bob, send(bob, alice, utf8('x')));
  await startSession(alice, bob);
  full = recordOf(alice, bob)!;
  preKeys = [...bob.privatePreKeys.values()];
});

describe('the storage form of a session record', () => {
  it('gives the record back', () => {
    expect(full.sessions.map(({ pending }) => pending === null)).toEqual([false, true, true]);
    expect(full.sessions[2]!.ratchet.receiving.flatMap(({ skipped }) => skipped)).toHaveLength(3);
    const bytes = encode(sessionRecordCodec, full);
    expect(decode(sessionRecordCodec, bytes)).toEqual(full);
    expect(encode(sessionRecordCodec, decode(sessionRecordCodec, bytes))).toEqual(bytes);
  });

  it('begins with a version and refuses others', async () => {
    const bytes = encode(sessionRecordCodec, full);
    expect(bytes[0]).toBe(1);
    bytes[0] = 2;
    expect(await codeOf(() => decode(sessionRecordCodec, bytes))).toBe('UNSUPPORTED_VERSION');
  });

  it('refuses damage with a typed error, or reads another record; it never crashes', () => {
    const whole = encode(sessionRecordCodec, full);
    const tryDecode = (bytes: Bytes) => {
      try {
        return encode(sessionRecordCodec, decode(sessionRecordCodec, bytes));
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
      runs(500),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        tryDecode(Uint8Array.from([1, ...bytes]));
      }),
    );
  });

  it('leaves no secret behind when it is wiped', () => {
    const record = decode(sessionRecordCodec, encode(sessionRecordCodec, full));
    wipeSessionRecord(record);
    const left = record.sessions.flatMap(({ ratchet }) => [
      ratchet.rootKey,
      ratchet.ownKeys.privateKey,
      ratchet.sending.chainKey,
      ...ratchet.receiving.flatMap(({ chainKey, skipped }) => [
        ...(chainKey === null ? [] : [chainKey]),
        ...skipped.map((key) => key.messageKey),
      ]),
    ]);
    expect(left.length).toBeGreaterThan(12);
    expect(left.every((secret) => secret.every((byte) => byte === 0))).toBe(true);
  });
});

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
