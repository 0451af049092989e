import { WIRE_VERSION, keyCodec, struct, u32, versioned, type Codec } from '@seal-chat/protocol';
import type { ArchiveSecret, SignSeed } from './keys.ts';

/** The key of what an account keeps for itself on the server; replaced together with the account key. */
export interface ArchiveKey {
  /** From 1; one more with every replacement. */
  readonly epoch: number;
  /** 32 bytes. */
  readonly key: ArchiveSecret;
}

/** What makes a device speak for an account until the account key is replaced: every present device has it. */
export interface AccountSecrets {
  /** Ed25519 seed of the account key, 32 bytes. */
  readonly accountSeed: SignSeed;
  readonly archive: ArchiveKey;
}

/** What the unlock ways of a person open, and no device keeps: with it account keys are made and replaced. */
export interface VaultSecrets {
  /** Ed25519 seed of the identity key, 32 bytes. */
  readonly identitySeed: SignSeed;
  readonly account: AccountSecrets;
}

/** Wire form of account secrets: 69 bytes. */
export const accountSecretsCodec: Codec<AccountSecrets> = versioned(
  WIRE_VERSION,
  struct<AccountSecrets>({
    accountSeed: keyCodec(32),
    archive: struct<ArchiveKey>({ epoch: u32, key: keyCodec(32) }),
  }),
);

/** Wire form of a vault's secrets: 102 bytes. */
export const vaultSecretsCodec: Codec<VaultSecrets> = versioned(
  WIRE_VERSION,
  struct<VaultSecrets>({ identitySeed: keyCodec(32), account: accountSecretsCodec }),
);
