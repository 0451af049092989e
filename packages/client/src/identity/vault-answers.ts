import type { SealedVault } from '@seal-chat/crypto/vault';
import { toBase64 } from '@seal-chat/protocol';
import type { VaultAnswer } from '@seal-chat/protocol/api';
import { bytesOf } from '../api/answers.ts';

/** A vault as the server takes it. */
export function uploadOf({ signed, records }: SealedVault) {
  return { vault: toBase64(signed.bytes), signature: toBase64(signed.signature), records: records.map(toBase64) };
}

/** A vault as the server gave it out; nothing of it is checked. @throws SealError MALFORMED */
export function vaultOf({ vault, signature, records }: VaultAnswer): SealedVault {
  return { signed: { bytes: bytesOf(vault), signature: bytesOf(signature) }, records: records.map(bytesOf) };
}
