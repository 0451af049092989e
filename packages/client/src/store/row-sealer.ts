import { SealError, utf8, type Bytes } from '@seal-chat/protocol';

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
  const { subtle, key, storeName } = options;
  const parameters = (rowKey: string, rev: number, nonce: Bytes): AesGcmParams => ({
    name: 'AES-GCM',
    iv: nonce,
    additionalData: utf8(JSON.stringify([storeName, rowKey, rev])),
  });
  return {
    async seal(rowKey, rev, row) {
      const nonce = crypto.getRandomValues(new Uint8Array(12));
      const sealed = await subtle.encrypt(parameters(rowKey, rev, nonce), key, row);
      return { rev, nonce, sealed: new Uint8Array(sealed) };
    },
    async open(rowKey, { rev, nonce, sealed }) {
      try {
        return new Uint8Array(await subtle.decrypt(parameters(rowKey, rev, nonce), key, sealed));
      } catch (cause) {
        throw new SealError('STORAGE_FAILED', `store: row ${rowKey} does not open`, { cause });
      }
    },
  };
}
