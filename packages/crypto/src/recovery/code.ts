import { SealError, concatBytes, type Bytes } from '@seal-chat/protocol';
import { fromCrockford, toCrockford } from '../crockford.ts';
import type { Rng } from '../rng.ts';

const SECRET_LENGTH = 16;
/** 128 bits of secret and 12 of checksum. */
const SYMBOLS = 28;

/**
 * CRC-12 (polynomial x^12 + x^11 + x^3 + x^2 + x + 1, all ones at the start). It finds every error within 12 bits in a
 * row, so any one wrong symbol and any two neighbours swapped; others slip through once in 4,096. It tells nothing
 * about a code to someone who has not seen it.
 */
function checksum(bytes: Uint8Array): number {
  let crc = 0xfff;
  for (const byte of bytes) {
    crc ^= byte << 4;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x800 ? ((crc << 1) ^ 0x80f) & 0xfff : crc << 1;
  }
  return crc;
}

/** Makes a recovery code of 128 random bits: 28 symbols in groups of four, `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`. */
export function createRecoveryCode(rng: Rng): string {
  const secret = rng(SECRET_LENGTH);
  const sum = checksum(secret);
  return toCrockford(concatBytes(secret, Uint8Array.of(sum >> 4, (sum & 0xf) << 4)), SYMBOLS);
}

/**
 * Reads the 16 secret bytes of a code as a person typed it. Typing errors are found here, before any expensive work.
 * @throws SealError WRONG_CODE
 */
export function parseRecoveryCode(text: string): Bytes {
  const bytes = fromCrockford(text, SYMBOLS);
  if (bytes === null) throw new SealError('WRONG_CODE', `recovery code: not ${SYMBOLS} letters and digits`);
  const secret = bytes.slice(0, SECRET_LENGTH);
  const sum = (bytes[SECRET_LENGTH]! << 4) | (bytes[SECRET_LENGTH + 1]! >> 4);
  if (checksum(secret) !== sum) throw new SealError('WRONG_CODE', 'recovery code: the checksum does not match');
  return secret;
}
