import {
  CHANNEL_LIMITS,
  KEM_KEY_LENGTH,
  fixed,
  struct,
  variable,
  versioned,
  type Bytes,
  type Codec,
} from '@seal-chat/protocol';
import { KEM_SEED_LENGTH } from '../kem/kem.ts';

/** What is around a KeyPackage where it is published and where it is kept. `message` is MLSMessage(KeyPackage). */

/** Type of the KeyPackage extension with the SHA-256 of the ML-KEM key, of private use. */
export const DOOR_KEY_HASH = 0xf5e1;

interface Published {
  readonly doorKey: Bytes;
  readonly message: Bytes;
}

export const publishedCodec: Codec<Published> = versioned(
  1,
  struct<Published>({ doorKey: fixed(KEM_KEY_LENGTH), message: variable(CHANNEL_LIMITS.keyPackage) }),
);

interface PrivateParts {
  readonly message: Bytes;
  readonly initKey: Bytes;
  readonly leafKey: Bytes;
  readonly doorSeed: Bytes;
}

/** Secret. */
export const privatePartsCodec: Codec<PrivateParts> = versioned(
  1,
  struct<PrivateParts>({
    message: variable(CHANNEL_LIMITS.keyPackage),
    initKey: fixed(32),
    leafKey: fixed(32),
    doorSeed: fixed(KEM_SEED_LENGTH),
  }),
);
