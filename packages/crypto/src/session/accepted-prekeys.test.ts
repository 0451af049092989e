import { decodeEnvelope, utf8, type PreKeyHeader } from '@seal-chat/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { addPreKey, send, startSession, testDevice, type TestDevice } from '../../test/devices.ts';
import { PREKEY_USE_LENGTH, type PrivatePreKey } from '../prekeys.ts';
import { consumedBy, preKeyNames, selectPreKeys } from './accepted-prekeys.ts';

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

describe('the prekeys of an initial message', () => {
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
