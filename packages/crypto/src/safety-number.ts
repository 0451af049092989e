import {
  concatBytes,
  encode,
  id,
  struct,
  text,
  type SignPublicKey,
  type TenantId,
  type UserId,
  keyCodec,
} from '@seal-chat/protocol';
import { sha256 } from './kdf.ts';

/** Whose identity key it is. */
export interface SafetyNumberParty {
  readonly userId: UserId;
  /** Ed25519, 32 bytes. */
  readonly identityKey: SignPublicKey;
}

/** Makes a second key with the same digits dearer to find by as much; what Signal's numeric fingerprints use. */
const ROUNDS = 5_200;
const GROUPS = 6;
const BYTES_PER_GROUP = 5;

const input = struct<SafetyNumberParty & { readonly label: string; readonly tenantId: TenantId }>({
  label: text(64),
  tenantId: id<TenantId>(),
  userId: id<UserId>(),
  identityKey: keyCodec(32),
});

/**
 * Computes 60 digits over both identity keys, the same on both sides: two people who compare them know that no one is
 * intercepting their messages. Each half is an iterated SHA-256 of one account, read as six groups of five digits; the
 * lower half comes first.
 */
export function safetyNumber(tenantId: TenantId, a: SafetyNumberParty, b: SafetyNumberParty): string {
  return [fingerprint(tenantId, a), fingerprint(tenantId, b)].toSorted().join('');
}

function fingerprint(tenantId: TenantId, { userId, identityKey }: SafetyNumberParty): string {
  let hash = sha256(encode(input, { label: 'SealChat_v1_SafetyNumber', tenantId, userId, identityKey }));
  for (let round = 1; round < ROUNDS; round++) hash = sha256(concatBytes(hash, identityKey));
  let digits = '';
  for (let group = 0; group < GROUPS; group++) {
    const bytes = hash.subarray(group * BYTES_PER_GROUP, (group + 1) * BYTES_PER_GROUP);
    const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
    digits += String(value % 100_000).padStart(5, '0');
  }
  return digits;
}
