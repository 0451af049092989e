import { asKey, utf8, wipe } from '@seal-chat/protocol';
import { hkdf } from '../kdf.ts';
import type { ChainKey, DhOutput, RootKey } from '../keys.ts';

const INFO = utf8('SealChat_v1_RootKey');

/**
 * Computes `KDF_RK(rk, dh_out)` (Double Ratchet §3.1, §7.2): HKDF with the root key as salt and the Diffie-Hellman
 * output, which is overwritten, as input.
 */
export function advanceRootKey(
  rootKey: RootKey,
  dhOutput: DhOutput,
): { readonly rootKey: RootKey; readonly chainKey: ChainKey } {
  const output = hkdf({ ikm: dhOutput, salt: rootKey, info: INFO, length: 64 });
  wipe(dhOutput);
  const result = { rootKey: asKey<RootKey>(output.slice(0, 32)), chainKey: asKey<ChainKey>(output.slice(32)) };
  wipe(output);
  return result;
}
