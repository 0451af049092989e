import { PREKEY_LIMITS, decodeEnvelope, fromUtf8, utf8, type Bytes, type PreKeyHeader } from '@seal-chat/protocol';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addPreKey, receive, receiving, send, startSession, testDevice, type TestDevice } from '../../test/devices.ts';
import { codeOf } from '../../test/seal-error.ts';
import { PREKEY_USE_LENGTH, type PrivatePreKey } from '../prekeys.ts';
import { consumedBy, preKeyNames, selectPreKeys } from './accepted-prekeys.ts';
import { decryptEnvelope } from './decrypt-envelope.ts';

let own: TestDevice['own'];
/** One key of each kind. */
let stored: readonly PrivatePreKey[];
/** Of a message to the one-time keys. */
let header: PreKeyHeader;

beforeAll(async () => {
  const [alice, bob] = [await testDevice('alice'), await testDevice('bob')];
  await addPreKey(bob, 'oneTime');
  await addPreKey(bob, 'kemOneTime');
  await startSession(alice, bob);
  header = decodeEnvelope(send(alice, bob, utf8('x'))).header.preKey!;
  own = bob.own;
  stored = [...bob.privatePreKeys.values()];
});

const nameOf = ({ kind, keyId }: PrivatePreKey) => ({ kind, keyId });
const ofKind = (kind: string) => stored.find((key) => key.kind === kind)!;

describe('the prekeys that are chosen', () => {
  it('are those of the kind and the number that it names, whatever else was found', () => {
    // Each key under the number of every other one.
    const others = stored.flatMap((key) =>
      stored.filter(({ kind }) => kind !== key.kind).map(({ keyId }) => ({ ...key, keyId })),
    );
    const { signed, kem, oneTime } = selectPreKeys(header, own, [...others, ...stored]);
    const names = preKeyNames(header);
    expect(names.map(({ kind }) => kind)).toEqual(['signed', 'kemOneTime', 'oneTime']);
    expect([signed, kem, oneTime!].map(nameOf)).toEqual(names);
    for (const { kind } of names) {
      const found = [...others, ...stored.filter((key) => key.kind !== kind)];
      expect(() => selectPreKeys(header, own, found), kind).toThrow(
        expect.objectContaining({ code: 'UNKNOWN_PREKEY' }),
      );
    }
  });

  it('are used up when they are one-time keys, of either kind, and never when they are not', () => {
    const consumed = (change: Partial<PreKeyHeader>) => {
      const changed = { ...header, ...change };
      return consumedBy(changed, selectPreKeys(changed, own, stored));
    };
    const lastResort = ofKind('kemLastResort');
    const toLastResort = { kemIsLastResort: 1, kemPreKeyId: lastResort.keyId };
    const [kemOneTime, oneTime] = [nameOf(ofKind('kemOneTime')), nameOf(ofKind('oneTime'))];
    expect(consumed({})).toEqual({ deleted: [kemOneTime, oneTime], updated: null });
    expect(consumed({ oneTimePreKeyId: null })).toEqual({ deleted: [kemOneTime], updated: null });
    const { deleted, updated } = consumed(toLastResort);
    expect(deleted).toEqual([oneTime]);
    expect(updated).toEqual({ ...lastResort, uses: updated!.uses });
    expect(updated!.uses).toHaveLength(PREKEY_USE_LENGTH);
    expect(consumed({ ...toLastResort, oneTimePreKeyId: null }).deleted).toEqual([]);
  });
});

describe('prekeys of an initial message', () => {
  let alice: TestDevice;
  let bob: TestDevice;

  beforeEach(async () => {
    [alice, bob] = [await testDevice('alice'), await testDevice('bob')];
  });

  const say = (text: string) => send(alice, bob, utf8(text));
  const hear = async (bytes: Bytes) => fromUtf8(await receive(bob, alice, bytes));

  it('must all exist and be made for this registration', async () => {
    await addPreKey(bob, 'oneTime');
    await addPreKey(bob, 'kemOneTime');
    await startSession(alice, bob);
    const params = receiving(bob, alice, say('x'));
    expect(params.preKeys).toHaveLength(3);
    for (const missing of params.preKeys) {
      const preKeys = params.preKeys.filter((preKey) => preKey !== missing);
      expect(await codeOf(() => decryptEnvelope({ ...params, preKeys }))).toBe('UNKNOWN_PREKEY');
    }
    const again = { ...params.parties.own, registrationId: params.parties.own.registrationId + 1 };
    const startedOver = { ...params.parties, own: again };
    expect(await codeOf(() => decryptEnvelope({ ...params, parties: startedOver }))).toBe('UNKNOWN_PREKEY');
    await decryptEnvelope(params);
  });

  it('of the last-resort kind open a replayed message never twice (P5)', async () => {
    await startSession(alice, bob);
    const bytes = say('pay 5');
    expect(await hear(bytes)).toBe('pay 5');
    bob.records.clear(); // as if the session was pushed out or expired
    expect(await codeOf(() => receive(bob, alice, bytes))).toBe('REPLAYED');
    await startSession(alice, bob);
    expect(await hear(say('pay 6'))).toBe('pay 6');
    const lastResort = [...bob.privatePreKeys.values()].find(({ kind }) => kind === 'kemLastResort')!;
    expect(lastResort.uses).toHaveLength(2 * PREKEY_USE_LENGTH);
  });

  it('of the last-resort kind accept nothing more when their record is full', async () => {
    await startSession(alice, bob);
    const params = receiving(bob, alice, say('x'));
    const usedTimes = (count: number) =>
      params.preKeys.map((key) =>
        key.kind === 'kemLastResort' ? { ...key, uses: new Uint8Array(count * PREKEY_USE_LENGTH) } : key,
      );
    const full = usedTimes(PREKEY_LIMITS.lastResortReplayMax);
    expect(await codeOf(() => decryptEnvelope({ ...params, preKeys: full }))).toBe('UNKNOWN_PREKEY');
    const almostFull = usedTimes(PREKEY_LIMITS.lastResortReplayMax - 1);
    const { consumed } = await decryptEnvelope({ ...params, preKeys: almostFull });
    expect(consumed.updated!.uses).toHaveLength(PREKEY_LIMITS.lastResortReplayMax * PREKEY_USE_LENGTH);
  });
  it('of the one-time kind are gone when a message is replayed', async () => {
    await addPreKey(bob, 'kemOneTime');
    await startSession(alice, bob);
    const bytes = say('x');
    await hear(bytes);
    bob.records.clear();
    expect(await codeOf(() => receive(bob, alice, bytes))).toBe('UNKNOWN_PREKEY');
  });
});
