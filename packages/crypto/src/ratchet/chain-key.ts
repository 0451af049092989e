import type { Bytes } from '@seal-chat/protocol';
import { hmac } from '../kdf.ts';

const MESSAGE_KEY_CONSTANT = Uint8Array.of(0x01);
const CHAIN_KEY_CONSTANT = Uint8Array.of(0x02);

/** The message key half of `KDF_CK(ck)` (Double Ratchet §3.1, §7.2): HMAC(ck, 0x01). */
export function messageKeyOf(chainKey: Bytes): Bytes {
  return hmac(chainKey, MESSAGE_KEY_CONSTANT);
}

/** The next chain key of `KDF_CK(ck)`: HMAC(ck, 0x02). */
export function nextChainKey(chainKey: Bytes): Bytes {
  return hmac(chainKey, CHAIN_KEY_CONSTANT);
}
