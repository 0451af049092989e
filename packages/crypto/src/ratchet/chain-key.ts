import { asKey } from '@seal-chat/protocol';
import type { ChainKey, MessageKey } from '../keys.ts';
import { hmacInto, hmacKey, wipeHmacKey } from '../sha256.ts';

/** The constants of `KDF_CK`, side by side. */
const MESSAGE_KEY_CONSTANT = 0;
const CHAIN_KEY_CONSTANT = 1;
const CONSTANTS = Uint8Array.of(0x01, 0x02);

/**
 * Computes `KDF_CK(ck)` (Double Ratchet §3.1, §7.2): the message key HMAC(ck, 0x01) and the next chain key HMAC(ck,
 * 0x02).
 */
export function advanceChainKey(chainKey: ChainKey): { readonly messageKey: MessageKey; readonly chainKey: ChainKey } {
  const key = hmacKey(chainKey);
  const next = {
    messageKey: asKey<MessageKey>(new Uint8Array(32)),
    chainKey: asKey<ChainKey>(new Uint8Array(32)),
  };
  hmacInto(key, CONSTANTS, MESSAGE_KEY_CONSTANT, MESSAGE_KEY_CONSTANT + 1, next.messageKey, 0);
  hmacInto(key, CONSTANTS, CHAIN_KEY_CONSTANT, CHAIN_KEY_CONSTANT + 1, next.chainKey, 0);
  wipeHmacKey(key);
  return next;
}

/** Computes the next chain key alone, for messages whose keys will not be kept. */
export function skipChainKey(chainKey: ChainKey): ChainKey {
  const key = hmacKey(chainKey);
  const next = asKey<ChainKey>(new Uint8Array(32));
  hmacInto(key, CONSTANTS, CHAIN_KEY_CONSTANT, CHAIN_KEY_CONSTANT + 1, next, 0);
  wipeHmacKey(key);
  return next;
}
