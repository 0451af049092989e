import {
  keyCodec,
  list,
  malformed,
  struct,
  u8,
  variable,
  versioned,
  WIRE_VERSION,
  type Bytes,
  type Codec,
} from '@seal-chat/protocol';
import type { SignSeed } from './keys.ts';

/** A further key of the account, for a use later versions define. Readers keep kinds they do not know. */
export interface AccountExtraKey {
  /** Number of the use, 1 to 255. None is defined in version 1. */
  readonly kind: number;
  readonly key: Bytes;
}

/** What makes a device speak for an account: what linking hands over and what a recovery code wraps. */
export interface AccountSecrets {
  /** Ed25519 seed of the account key, 32 bytes. */
  readonly accountSeed: SignSeed;
  /** In ascending order of kind, no kind twice. */
  readonly extraKeys: readonly AccountExtraKey[];
}

const MAX_EXTRA_KEYS = 8;
const MAX_EXTRA_KEY = 64;

const extraKeyList = list(struct<AccountExtraKey>({ kind: u8, key: variable(MAX_EXTRA_KEY) }), MAX_EXTRA_KEYS);

const extraKeysCodec: Codec<readonly AccountExtraKey[]> = {
  write(out, keys) {
    if (!isAscending(keys)) throw new RangeError('extra keys: must be in ascending order of kind');
    extraKeyList.write(out, keys);
  },
  read(input) {
    const keys = extraKeyList.read(input);
    if (!isAscending(keys)) throw malformed('extra keys out of order');
    return keys;
  },
};

function isAscending(keys: readonly AccountExtraKey[]): boolean {
  return keys.every(({ kind }, i) => kind > (i === 0 ? 0 : keys[i - 1]!.kind));
}

/** Wire form of the secrets: at most 586 bytes. */
export const accountSecretsCodec: Codec<AccountSecrets> = versioned(
  WIRE_VERSION,
  struct<AccountSecrets>({ accountSeed: keyCodec(32), extraKeys: extraKeysCodec }),
);
