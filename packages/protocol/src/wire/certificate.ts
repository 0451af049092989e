import type { Bytes } from '../bytes.ts';
import { fixed, id, struct, u32, variable, versioned, type Codec } from '../codec.ts';
import type { TenantId, UserId } from '../ids.ts';
import { keyCodec, type SignPublicKey } from '../keys.ts';
import { SIZE_LIMITS } from '../limits.ts';
import { WIRE_VERSION } from '../version.ts';

/** The person's identity key says which account key speaks for them now. A higher number replaces all lower ones. */
export interface AccountCertificate {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** Ed25519, 32 bytes: signs certificates and vaults, and stays the same for the life of the account. */
  readonly identityKey: SignPublicKey;
  /** From 1, without gaps. */
  readonly number: number;
  /** Ed25519, 32 bytes: signs device lists. */
  readonly accountKey: SignPublicKey;
  /** SHA-256 of the certificate before; zeros for number 1. */
  readonly previousHash: Bytes;
}

/** A certificate as it travels, inside of every device list: the bytes that were signed, and the signature. */
export interface SignedCertificate {
  readonly bytes: Bytes;
  readonly signature: Bytes;
}

/** Wire form of a certificate: 133 bytes. */
export const certificateCodec: Codec<AccountCertificate> = versioned(
  WIRE_VERSION,
  struct<AccountCertificate>({
    tenantId: id<TenantId>(),
    userId: id<UserId>(),
    identityKey: keyCodec(32),
    number: u32,
    accountKey: keyCodec(32),
    previousHash: fixed(32),
  }),
);

/** Wire form of a certificate with its signature. */
export const signedCertificateCodec: Codec<SignedCertificate> = struct<SignedCertificate>({
  bytes: variable(SIZE_LIMITS.certificate),
  signature: fixed(64),
});
