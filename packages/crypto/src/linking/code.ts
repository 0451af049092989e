import { SealError, asKey, encode, idFromBytes, text, wipe, type Bytes, type LinkId } from '@seal-chat/protocol';
import { fromCrockford, toCrockford } from '../crockford.ts';
import { hkdf } from '../kdf.ts';
import { LABELS } from '../labels.ts';
import type { LinkCodeKey } from '../keys.ts';
import type { Rng } from '../rng.ts';

const CODE_LENGTH = 10;
/** 80 bits. */
const SYMBOLS = 16;
const NO_SALT: Bytes = new Uint8Array(32);

/** What both devices derive from the code. */
export interface LinkingCodeKeys {
  /** Where the devices meet on the server. Tells nothing useful about the code: there are 2^80 to try. */
  readonly linkId: LinkId;
  /** 32 bytes; authenticates every step. */
  readonly codeKey: LinkCodeKey;
}

/**
 * Makes a linking code of 80 random bits, `XXXX-XXXX-XXXX-XXXX`: shown on the old device, used for one linking only.
 */
export function createLinkingCode(rng: Rng): string {
  return toCrockford(rng(CODE_LENGTH), SYMBOLS);
}

/** Derives the keys of a linking code. @throws SealError WRONG_CODE when the text is no linking code */
export function linkingCodeKeys(code: string): LinkingCodeKeys {
  const secret = fromCrockford(code, SYMBOLS);
  if (secret === null) throw new SealError('WRONG_CODE', `linking code: not ${SYMBOLS} letters and digits`);
  const derive = (label: string, length: number) =>
    hkdf({ ikm: secret, salt: NO_SALT, info: encode(text(64), label), length });
  const keys = {
    linkId: idFromBytes<LinkId>(derive(LABELS.linkId, 16)),
    codeKey: asKey<LinkCodeKey>(derive(LABELS.linkCodeKey, 32)),
  };
  wipe(secret);
  return keys;
}
