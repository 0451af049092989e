import { AES_GCM_NONCE_LENGTH, aesGcmOpen, aesGcmSeal } from '@seal-chat/crypto/primitives';
import { SealError, type Bytes } from '@seal-chat/protocol';
import { encodeRow } from './row-codec.ts';

/** A row as IndexedDB holds it. */
export interface SealedRow {
  /** The revision it was written in. */
  readonly rev: number;
  /** 12 random bytes. */
  readonly nonce: Bytes;
  /** AES-256-GCM over the row. */
  readonly sealed: Bytes;
}

export interface RowSealer {
  seal(rowKey: string, rev: number, row: Bytes): Promise<SealedRow>;
  /** @throws SealError STORAGE_FAILED when the row is not the one sealed under this key and place */
  open(rowKey: string, row: SealedRow): Promise<Bytes>;
}

/** Seals rows so that none can be read, changed, or moved to another store, key or revision unnoticed. */
export function createRowSealer(options: {
  readonly subtle: SubtleCrypto;
  readonly key: CryptoKey;
  readonly storeName: string;
}): RowSealer {
  const key = { subtle: options.subtle, handle: options.key };
  const placeOf = (rowKey: string, rev: number): Bytes => encodeRow([options.storeName, rowKey, rev]);
  return {
    async seal(rowKey, rev, plaintext) {
      const nonce = crypto.getRandomValues(new Uint8Array(AES_GCM_NONCE_LENGTH));
      const sealed = await aesGcmSeal({ key, nonce, plaintext, associatedData: placeOf(rowKey, rev) });
      return { rev, nonce, sealed };
    },
    async open(rowKey, { rev, nonce, sealed: ciphertext }) {
      try {
        return await aesGcmOpen({ key, nonce, ciphertext, associatedData: placeOf(rowKey, rev) });
      } catch (cause) {
        // Never an UNDECRYPTABLE: that would be said of a message.
        throw new SealError('STORAGE_FAILED', `store: row ${rowKey} does not open`, { cause });
      }
    },
  };
}
