import { fromBase64, toHex } from '@seal-chat/protocol';
import { CHANNEL_ROWS, type KeyPackageRow } from '../store/channel-rows.ts';
import type { RowKey } from '../store/rows.ts';

/** Whether this page can be in channels: one without WebCrypto has its direct messages alone. */
export function canBeInChannels(): boolean {
  return globalThis.crypto?.subtle !== undefined;
}

/** The row of the KeyPackage that the server calls `ref`. */
export function keyPackageRow(ref: string): RowKey<KeyPackageRow> {
  return CHANNEL_ROWS.keyPackage(toHex(fromBase64(ref) ?? new Uint8Array(0)));
}
