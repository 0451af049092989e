import type { Bytes } from '../bytes.ts';
import { fixed, id, list, struct, text, u32, u53, u8, variable, versioned, type Codec } from '../codec.ts';
import type { MethodId, TenantId, UserId } from '../ids.ts';
import { keyCodec, type SignPublicKey, type XWingPublicKey } from '../keys.ts';
import { COUNT_LIMITS, SIZE_LIMITS } from '../limits.ts';
import { WIRE_VERSION } from '../version.ts';

/** Numbers of the kinds of unlock ways. */
export const METHOD_KINDS = { recoveryCode: 1 } as const;

/** An archive key under the one that came after it: who has the newest key has all of them. */
export interface ArchiveLink {
  readonly epoch: number;
  readonly box: Bytes;
}

/** What the identity key signs of an account's unlock ways. Their records travel beside it. */
export interface Vault {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly identityKey: SignPublicKey;
  /** From 1, without gaps. */
  readonly version: number;
  /** SHA-256 of the vault before; zeros for version 1. */
  readonly previousHash: Bytes;
  /** Clock of the device that signed, ms. Informative only. */
  readonly issuedAt: number;
  readonly archiveEpoch: number;
  readonly links: readonly ArchiveLink[];
  /** SHA-256 of each method's record. */
  readonly recordHashes: readonly Bytes[];
}

/** A vault as it travels. */
export interface SignedVault {
  readonly bytes: Bytes;
  readonly signature: Bytes;
}

/** One unlock way: the vault's secrets, sealed to a public key whose private key only the person can derive. */
export interface MethodRecord {
  readonly methodId: MethodId;
  readonly kind: number;
  readonly createdAt: number;
  readonly label: string;
  /** What deriving the private key takes, as the kind says. */
  readonly params: Bytes;
  readonly publicKey: XWingPublicKey;
  /** Ties the method to one account, made from its secret. */
  readonly binding: Bytes;
  readonly sealed: Bytes;
}

/** Parameters of a recovery code. */
export interface RecoveryParams {
  readonly memoryKiB: number;
  readonly iterations: number;
  readonly parallelism: number;
  readonly salt: Bytes;
  /** Ed25519: proves knowledge of the code to the server, which hands out nothing without. */
  readonly unlockKey: SignPublicKey;
}

const linkCodec = struct<ArchiveLink>({ epoch: u32, box: variable(SIZE_LIMITS.archiveLink) });

/** Wire form of a vault. */
export const vaultCodec: Codec<Vault> = versioned(
  WIRE_VERSION,
  struct<Vault>({
    tenantId: id<TenantId>(),
    userId: id<UserId>(),
    identityKey: keyCodec(32),
    version: u32,
    previousHash: fixed(32),
    issuedAt: u53,
    archiveEpoch: u32,
    links: list(linkCodec, COUNT_LIMITS.archiveLinks),
    recordHashes: list(fixed(32), COUNT_LIMITS.unlockMethods),
  }),
);

/** Wire form of a method's record. */
export const methodRecordCodec: Codec<MethodRecord> = versioned(
  WIRE_VERSION,
  struct<MethodRecord>({
    methodId: id<MethodId>(),
    kind: u8,
    createdAt: u53,
    label: text(SIZE_LIMITS.methodLabel),
    params: variable(SIZE_LIMITS.methodParams),
    publicKey: keyCodec(SIZE_LIMITS.xWingPublicKey),
    binding: fixed(32),
    sealed: variable(SIZE_LIMITS.methodSealed),
  }),
);

/** Wire form of `MethodRecord.params` of kind 1. */
export const recoveryParamsCodec: Codec<RecoveryParams> = struct<RecoveryParams>({
  memoryKiB: u32,
  iterations: u32,
  parallelism: u8,
  salt: fixed(16),
  unlockKey: keyCodec(32),
});
