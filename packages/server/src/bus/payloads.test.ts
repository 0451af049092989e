import { expect, test } from 'vitest';
import type { ConversationId, DeviceId, TenantId } from '@seal-chat/protocol';
import type { Notice } from './bus.ts';
import { coalesce } from './coalesce.ts';
import { pack, unpack } from './payloads.ts';

const [one, two] = ['t1', 't2'] as unknown as [TenantId, TenantId];
const device = (n: number) => `d${n}` as DeviceId;
const entries = (from: number, to: number, conversation = 'c'): Notice => ({
  kind: 'channel-entries',
  tenantId: one,
  conversationId: conversation as ConversationId,
  from,
  to,
});

test('mailboxes and logs are named once, whatever was published of them in a turn', () => {
  const notices: readonly Notice[] = [
    { kind: 'mailboxes', tenantId: one, deviceIds: [device(1), device(2)] },
    entries(4, 4),
    { kind: 'hello' },
    { kind: 'mailboxes', tenantId: two, deviceIds: [device(1)] },
    { kind: 'mailboxes', tenantId: one, deviceIds: [device(2), device(3)] },
    entries(6, 7),
    entries(9, 9, 'other'),
  ];
  expect(coalesce(notices)).toEqual([
    { kind: 'hello' },
    { kind: 'mailboxes', tenantId: one, deviceIds: [device(1), device(2), device(3)] },
    { kind: 'mailboxes', tenantId: two, deviceIds: [device(1)] },
    entries(4, 7),
    entries(9, 9, 'other'),
  ]);
});

test('no payload is longer than allowed or holds two tenants, and all notices are in them, in order', () => {
  const notices = Array.from({ length: 200 }, (_, i): Notice => ({
    kind: 'session-ended',
    tenantId: i % 3 === 0 ? one : two,
    sessionId: `ä${'s'.repeat(i)}${i}`,
  }));
  const payloads = pack('me', [{ kind: 'alive' }, ...notices], 500);
  expect(Math.max(...payloads.map(({ text }) => Buffer.byteLength(text)))).toBeLessThanOrEqual(500);
  const read = payloads.map(({ tenantId, text }) => ({ tenantId, ...unpack(text) }));
  expect(new Set(read.map(({ from }) => from))).toEqual(new Set(['me']));
  for (const tenantId of [one, two]) {
    const own = read.filter((payload) => payload.tenantId === tenantId).flatMap((payload) => payload.notices);
    expect(own).toEqual(notices.filter((notice) => 'tenantId' in notice && notice.tenantId === tenantId));
  }
  expect(read.filter(({ tenantId }) => tenantId === null).flatMap((payload) => payload.notices)).toEqual([
    { kind: 'alive' },
  ]);
  expect(payloads.length).toBeLessThan(notices.length / 1.5);
  expect(() => pack('me', notices, 100)).toThrow('session-ended');
});
