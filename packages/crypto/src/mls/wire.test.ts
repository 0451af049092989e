import { beforeAll, expect, it } from 'vitest';
import { TestChannel } from '../../test/mls.ts';
import { codeOf } from '../../test/seal-error.ts';
import { decodeAll, fromWire, toWire } from './wire.ts';

let groupInfo: Uint8Array;

beforeAll(async () => {
  ({ groupInfo } = await TestChannel.create('ann 1'));
});

it('a message is read when it is of the kind that is expected, and no larger than allowed', async () => {
  const read = fromWire(groupInfo, 'mls_group_info', groupInfo.length);
  expect(toWire({ wireformat: 'mls_group_info', groupInfo: read.groupInfo })).toEqual(groupInfo);
  expect(await codeOf(() => fromWire(groupInfo, 'mls_group_info', groupInfo.length - 1))).toBe('TOO_LARGE');
  expect(() => fromWire(groupInfo, 'mls_welcome', groupInfo.length)).toThrow(
    'expected mls_welcome, got mls_group_info',
  );
});

it('a message is a copy: what is done to it does not reach the bytes it came from', () => {
  const copy = groupInfo.slice();
  const read = fromWire(groupInfo, 'mls_group_info', groupInfo.length);
  read.groupInfo.signature.fill(0);
  expect(groupInfo).toEqual(copy);
});

it('a message is all of the bytes, or none', async () => {
  const longer = Uint8Array.from([...groupInfo, 0]);
  for (const bytes of [longer, groupInfo.slice(0, -1), new Uint8Array(0)])
    expect(await codeOf(() => fromWire(bytes, 'mls_group_info', longer.length))).toBe('MALFORMED');
  const oneByte = (bytes: Uint8Array): [number, number] | undefined =>
    bytes.length === 0 ? undefined : [bytes[0]!, 1];
  expect(decodeAll(oneByte, Uint8Array.of(7))).toBe(7);
  for (const bytes of [new Uint8Array(0), Uint8Array.of(7, 7)])
    expect(await codeOf(() => decodeAll(oneByte, bytes))).toBe('MALFORMED');
});
