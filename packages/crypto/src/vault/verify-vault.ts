import {
  SIZE_LIMITS,
  SealError,
  constantTimeEqual,
  decode,
  methodRecordCodec,
  variable,
  vaultCodec,
  type Bytes,
  type MethodRecord,
  type SignedVault,
  type Vault,
} from '@seal-chat/protocol';
import type { Curves } from '../curves/curves.ts';
import { sha256 } from '../kdf.ts';
import { LABELS } from '../labels.ts';
import { signedInput } from '../signed-input.ts';

/** A vault whose signature was checked. */
export interface VerifiedVault {
  readonly vault: Vault;
  /** SHA-256 of `signed.bytes`: what the next version names as its predecessor. */
  readonly hash: Bytes;
  readonly signed: SignedVault;
}

const vaultInput = signedInput(LABELS.vault, variable(SIZE_LIMITS.vault));

/** Returns what the identity key signs: the label and the exact bytes of a vault. */
export function vaultSignatureInput(bytes: Bytes): Bytes {
  return vaultInput(bytes);
}

/**
 * Decodes a vault and checks its identity key's signature over its exact bytes.
 *
 * @throws SealError TOO_LARGE, MALFORMED, UNSUPPORTED_VERSION, BAD_SIGNATURE, or VAULT_REJECTED when version 1 names a
 *   predecessor or a later one none
 */
export async function verifyVault(curves: Pick<Curves, 'verify'>, signed: SignedVault): Promise<VerifiedVault> {
  if (signed.bytes.length > SIZE_LIMITS.vault) throw new SealError('TOO_LARGE', `vault: ${signed.bytes.length} bytes`);
  const vault = decode(vaultCodec, signed.bytes);
  if (!(await curves.verify(vault.identityKey, vaultSignatureInput(signed.bytes), signed.signature))) {
    throw new SealError('BAD_SIGNATURE', 'vault: not signed by its identity key');
  }
  const isFirst = vault.previousHash.every((byte) => byte === 0);
  if (vault.version < 1 || (vault.version === 1) !== isFirst) throw rejected('its version does not fit');
  return { vault, hash: sha256(signed.bytes), signed };
}

/**
 * Checks that `next` is the version after `previous` (null: the first) of the same account.
 *
 * @throws SealError IDENTITY_CHANGED, or CONFLICT when another version came first
 */
export function checkVaultContinues(previous: VerifiedVault | null, next: VerifiedVault): void {
  if (previous !== null) {
    const [before, after] = [previous.vault, next.vault];
    if (before.tenantId !== after.tenantId || before.userId !== after.userId)
      throw rejected('it belongs to another account');
    if (!constantTimeEqual(before.identityKey, after.identityKey)) throw new SealError('IDENTITY_CHANGED');
    if (after.archiveEpoch < before.archiveEpoch) throw rejected('it has an older archive key');
  }
  const follows =
    previous === null
      ? next.vault.version === 1
      : next.vault.version === previous.vault.version + 1 && constantTimeEqual(next.vault.previousHash, previous.hash);
  if (!follows) throw new SealError('CONFLICT', 'vault: it does not follow the present version');
}

/** Decodes the records that came with a vault. @throws SealError MALFORMED, TOO_LARGE or VAULT_REJECTED */
export function checkRecords({ vault }: VerifiedVault, records: readonly Bytes[]): readonly MethodRecord[] {
  if (records.length !== vault.recordHashes.length) throw rejected('it has another number of unlock ways');
  return records.map((bytes, i) => {
    if (!constantTimeEqual(sha256(bytes), vault.recordHashes[i]!)) throw rejected('an unlock way is another one');
    return decodeRecord(bytes);
  });
}

/** Decodes one record. @throws SealError MALFORMED or TOO_LARGE */
export function decodeRecord(bytes: Bytes): MethodRecord {
  if (bytes.length > SIZE_LIMITS.methodRecord) throw new SealError('TOO_LARGE', `vault: ${bytes.length} bytes`);
  return decode(methodRecordCodec, bytes);
}

function rejected(reason: string): SealError {
  return new SealError('VAULT_REJECTED', `vault: ${reason}`);
}
