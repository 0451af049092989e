import { utf8, wipe, type Bytes } from '@seal-chat/protocol';
import { hkdf } from '../kdf.ts';

const INFO = utf8('SealChat_v1_RootKey');

/**
 * `KDF_RK(rk, dh_out)` (Double Ratchet §3.1, §7.2): HKDF with the root key as salt and the Diffie-Hellman output, which
 * is overwritten, as input.
 */
export function advanceRootKey(rootKey: Bytes, dhOutput: Bytes): { readonly rootKey: Bytes; readonly chainKey: Bytes } {
  const output = hkdf({ ikm: dhOutput, salt: rootKey, info: INFO, length: 64 });
  wipe(dhOutput);
  const result = { rootKey: output.slice(0, 32), chainKey: output.slice(32) };
  wipe(output);
  return result;
}
