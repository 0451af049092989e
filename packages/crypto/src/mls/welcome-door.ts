import {
  CHANNEL_LIMITS,
  COUNT_LIMITS,
  KEM_CIPHERTEXT_LENGTH,
  SealError,
  decode,
  encode,
  fixed,
  list,
  struct,
  text,
  variable,
  versioned,
  wipe,
  type Bytes,
  type KemPublicKey,
} from '@seal-chat/protocol';
import { encodePskId, type PreSharedKeyID } from 'ts-mls/presharedkey.js';
import type { Welcome } from 'ts-mls/welcome.js';
import { chaChaPoly } from '../hpke/aead.ts';
import { hkdf } from '../kdf.ts';
import type { Kem } from '../kem/kem.ts';
import type { KemSeed } from '../keys.ts';
import { fromWire, toWire } from './wire.ts';

/** The PSK of a Welcome (door-psks.ts), sealed to the ML-KEM key of one of the devices it is for. */
export interface WelcomeDoor {
  /** 1,088 bytes. */
  readonly ciphertext: Bytes;
  /** 48 bytes. */
  readonly sealedPsk: Bytes;
}

/** A Welcome as it travels: the MLS one behind a door for each of its entries, in their order. */
export interface GuardedWelcome {
  readonly doors: readonly WelcomeDoor[];
  readonly welcome: Welcome;
}

const LABEL = 'SealChat_v1_PqDoor';
const SEALED_LENGTH = 48;
const NO_BYTES: Bytes = new Uint8Array(0);
/** The key seals one value. */
const NONCE: Bytes = new Uint8Array(chaChaPoly.nonceLength);

const welcomeCodec = versioned(
  1,
  struct<{ readonly doors: readonly WelcomeDoor[]; readonly message: Bytes }>({
    doors: list(
      struct<WelcomeDoor>({ ciphertext: fixed(KEM_CIPHERTEXT_LENGTH), sealedPsk: fixed(SEALED_LENGTH) }),
      COUNT_LIMITS.page,
    ),
    message: variable(CHANNEL_LIMITS.welcome),
  }),
);
const infoCodec = struct<{ readonly label: string; readonly ref: Bytes; readonly pskId: Bytes }>({
  label: text(64),
  ref: variable(64),
  pskId: variable(256),
});

/** Encodes a Welcome with its doors. */
export function encodeWelcome({ doors, welcome }: GuardedWelcome): Bytes {
  return encode(welcomeCodec, { doors, message: toWire({ wireformat: 'mls_welcome', welcome }) });
}

/** Decodes a Welcome; verifies nothing. @throws SealError TOO_LARGE; MALFORMED, also when a door is missing */
export function decodeWelcome(bytes: Uint8Array): GuardedWelcome {
  const maxBytes = CHANNEL_LIMITS.welcome;
  if (bytes.length > maxBytes) throw new SealError('TOO_LARGE', `mls: ${bytes.length} bytes`, { maxBytes });
  const { doors, message } = decode(welcomeCodec, bytes);
  const { welcome } = fromWire(message, 'mls_welcome', maxBytes);
  if (welcome.secrets.length !== doors.length)
    throw new SealError('MALFORMED', 'mls: Welcome does not have one door for each device');
  return { doors, welcome };
}

/** Seals a PSK to the ML-KEM key of a device. @throws SealError MALFORMED when it is no ML-KEM key */
export async function sealPsk(
  kem: Kem,
  input: {
    readonly doorKey: KemPublicKey;
    readonly ref: Uint8Array;
    readonly pskId: PreSharedKeyID;
    readonly psk: Bytes;
  },
): Promise<WelcomeDoor> {
  const { sharedSecret, ciphertext } = await kem.encapsulate(input.doorKey);
  const key = sealingKey(sharedSecret, input);
  const sealedPsk = chaChaPoly.seal(key, NONCE, NO_BYTES, input.psk);
  wipe(sharedSecret, key);
  return { ciphertext, sealedPsk };
}

/** Opens a PSK that was sealed to this device. @throws SealError MALFORMED when it was not, or was changed */
export async function openPsk(
  kem: Kem,
  { ciphertext, sealedPsk }: WelcomeDoor,
  input: { readonly doorSeed: KemSeed; readonly ref: Uint8Array; readonly pskId: PreSharedKeyID },
): Promise<Bytes> {
  const sharedSecret = await kem.decapsulate(input.doorSeed, ciphertext);
  const key = sealingKey(sharedSecret, input);
  try {
    return chaChaPoly.open(key, NONCE, NO_BYTES, sealedPsk);
  } catch (cause) {
    throw new SealError('MALFORMED', 'mls: the post-quantum part of the Welcome does not open', { cause });
  } finally {
    wipe(sharedSecret, key);
  }
}

function sealingKey(
  sharedSecret: Bytes,
  { ref, pskId }: { readonly ref: Uint8Array; readonly pskId: PreSharedKeyID },
): Bytes {
  const info = encode(infoCodec, {
    label: LABEL,
    ref: Uint8Array.from(ref),
    pskId: Uint8Array.from(encodePskId(pskId)),
  });
  return hkdf({ ikm: sharedSecret, salt: NO_BYTES, info, length: chaChaPoly.keyLength });
}
