import { asKey, type SignPublicKey, type TenantId, type UserId } from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import { safetyNumber } from './safety-number.ts';

const tenant = '00000000-0000-4000-8000-000000000001' as TenantId;
const otherTenant = '00000000-0000-4000-8000-000000000002' as TenantId;
const alice = { userId: '11111111-1111-4111-8111-111111111111' as UserId, identityKey: key(1) };
const bob = { userId: '22222222-2222-4222-8222-222222222222' as UserId, identityKey: key(2) };

function key(fill: number): SignPublicKey {
  return asKey(new Uint8Array(32).fill(fill));
}

describe('safety number', () => {
  it('has 60 digits, the same from both sides', () => {
    const number = safetyNumber(tenant, alice, bob);
    expect(number).toMatch(/^\d{60}$/);
    expect(safetyNumber(tenant, bob, alice)).toBe(number);
  });

  it('changes with either key, either person and the tenant', () => {
    const changed = asKey<SignPublicKey>(alice.identityKey.slice());
    changed[31] = changed[31]! ^ 1;
    const numbers = [
      safetyNumber(tenant, alice, bob),
      safetyNumber(tenant, { ...alice, identityKey: changed }, bob),
      safetyNumber(tenant, { ...alice, userId: bob.userId }, { ...bob, userId: alice.userId }),
      safetyNumber(otherTenant, alice, bob),
    ];
    expect(new Set(numbers).size).toBe(4);
  });
});
