import type { DeviceId, UserId } from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import { TENANT, groupName, id } from '../../test/mls.ts';
import { credentialOf, groupIdOf, groupNameOf, isSameMember, memberOf } from './names.ts';

const ann = { userId: id<UserId>('ann'), deviceId: id<DeviceId>('ann 1') };
const refusal = (reason: string) =>
  expect.objectContaining({ code: 'MALFORMED', message: expect.stringContaining(reason) });

describe('a group id', () => {
  it('is read as the name that it was made of', () => {
    for (const incarnation of [0, 1, 0x0102_0304, 2 ** 32 - 1]) {
      const name = groupName('channel', incarnation);
      expect(groupNameOf(groupIdOf(name))).toEqual(name);
    }
  });

  it('of another length is refused', () => {
    const bytes = groupIdOf(groupName());
    for (const other of [bytes.slice(1), Uint8Array.from([...bytes, 0]), new Uint8Array(0)])
      expect(() => groupNameOf(other)).toThrow(refusal('group id'));
  });
});

describe('a credential', () => {
  it('names a device of this tenant', () => {
    expect(memberOf(credentialOf(TENANT, ann), TENANT)).toEqual(ann);
    expect(() => memberOf(credentialOf(id('elsewhere'), ann), TENANT)).toThrow(refusal('another tenant'));
  });

  it('of another type or length is refused', () => {
    const credential = credentialOf(TENANT, ann);
    if (credential.credentialType !== 'basic') throw new Error('a basic credential');
    const { identity } = credential;
    for (const other of [identity.slice(1), Uint8Array.from([...identity, 0])])
      expect(() => memberOf({ ...credential, identity: other }, TENANT)).toThrow(refusal('credential'));
    const x509 = { ...credential, credentialType: 'x509' } as never;
    expect(() => memberOf(x509, TENANT)).toThrow(refusal('credential'));
  });
});

it('a member is the same when device and person are', () => {
  expect(isSameMember(ann, { ...ann })).toBe(true);
  expect(isSameMember(ann, { ...ann, userId: id<UserId>('bob') })).toBe(false);
  expect(isSameMember(ann, { ...ann, deviceId: id<DeviceId>('ann 2') })).toBe(false);
});
