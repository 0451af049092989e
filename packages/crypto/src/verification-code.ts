import {
  concatBytes,
  constantTimeEqual,
  decode,
  encode,
  fixed,
  id,
  isSealError,
  struct,
  text,
  versioned,
  type Bytes,
  type SignPublicKey,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import { sha256 } from './kdf.ts';
import { LABELS } from './labels.ts';
import type { SafetyNumberParty } from './safety-number.ts';

/** What a code shows: who shows it, whom it is for, and both keys. */
interface VerificationCode {
  readonly tenantId: TenantId;
  readonly shower: UserId;
  readonly reader: UserId;
  /** SHA-256 of label and key, 32 bytes. */
  readonly showerKey: Bytes;
  readonly readerKey: Bytes;
}

const codec = versioned(
  1,
  struct<VerificationCode>({
    tenantId: id<TenantId>(),
    shower: id<UserId>(),
    reader: id<UserId>(),
    showerKey: fixed(32),
    readerKey: fixed(32),
  }),
);

const label = encode(struct<{ label: string }>({ label: text(64) }), { label: LABELS.verificationKey });

function keyHash({ identityKey }: { readonly identityKey: SignPublicKey }): Bytes {
  return sha256(concatBytes(label, identityKey));
}

/**
 * Makes what a person shows as a QR code, 113 bytes: `own` and `peer` with the keys this device has for them
 * (docs/PROTOCOL.md, "Safety number").
 */
export function verificationCode(tenantId: TenantId, own: SafetyNumberParty, peer: SafetyNumberParty): Bytes {
  return encode(codec, {
    tenantId,
    shower: own.userId,
    reader: peer.userId,
    showerKey: keyHash(own),
    readerKey: keyHash(peer),
  });
}

/**
 * Compares a code that `peer` shows with what this device has: `match` when both keys are the same on both sides,
 * `mismatch` when the code is for these two people and a key differs, `other` when it is anything else.
 */
export function checkVerificationCode(
  tenantId: TenantId,
  own: SafetyNumberParty,
  peer: SafetyNumberParty,
  shown: Uint8Array,
): 'match' | 'mismatch' | 'other' {
  const code = read(shown);
  if (code === null || code.tenantId !== tenantId) return 'other';
  if (code.shower !== peer.userId || code.reader !== own.userId) return 'other';
  const isSame = constantTimeEqual(code.showerKey, keyHash(peer)) && constantTimeEqual(code.readerKey, keyHash(own));
  return isSame ? 'match' : 'mismatch';
}

function read(shown: Uint8Array): VerificationCode | null {
  try {
    return decode(codec, shown);
  } catch (error) {
    if (isSealError(error)) return null;
    throw error;
  }
}
