import { SealError, utf8, type Bytes } from '@seal-chat/protocol';
import { get, promisifyRequest, type UseStore } from 'idb-keyval';
import type { AtRest } from '../model/account.ts';
import { isLost } from './idb-errors.ts';
import { createRowSealer } from './row-sealer.ts';

/** Each in a record of its own: Safari returns null for a whole record with one key that it cannot read. */
const CRYPTO_KEY = '!key';
const RAW_KEY = '!raw-key';
const AES = { name: 'AES-GCM', length: 256 } as const;

export interface StoreKey {
  readonly key: CryptoKey;
  readonly atRest: AtRest;
}

interface Deps {
  readonly use: UseStore;
  readonly subtle: SubtleCrypto;
  /** Rows are there that depend on the key: a new one would lose them. */
  readonly hasRows: boolean;
}

/**
 * The key of a store, made on first use. A non-extractable key counts only after it was written, read back and opened
 * what it had sealed; where that fails (private windows, Lockdown mode) the key is kept as bytes beside the rows.
 *
 * @throws SealError STORAGE_FAILED when rows exist and their key does not, or when nothing can be stored
 */
export async function openStoreKey(deps: Deps): Promise<StoreKey> {
  const { use, subtle, hasRows } = deps;
  const raw = await get<Bytes>(RAW_KEY, use);
  if (raw !== undefined) return { key: await importKey(subtle, raw), atRest: 'stored-key' };
  const key = await readBack(deps, hasRows ? null : await newKey(subtle));
  if (key !== null) return { key, atRest: 'non-extractable-key' };
  if (hasRows) throw new SealError('STORAGE_FAILED', 'store: no key');
  return { key: await storeRawKey(deps), atRest: 'stored-key' };
}

/** The stored key, `candidate` where there is none yet; null when it does not survive being stored. */
async function readBack({ use, subtle }: Deps, candidate: CryptoKey | null): Promise<CryptoKey | null> {
  try {
    if (candidate !== null) await addIfMissing(use, CRYPTO_KEY, candidate);
    const key = await get<CryptoKey | null>(CRYPTO_KEY, use);
    return key && (await works(subtle, key)) ? key : null;
  } catch (error) {
    // A lost connection says nothing of the key.
    if (isLost(error)) throw error;
    return null;
  }
}

async function works(subtle: SubtleCrypto, key: CryptoKey): Promise<boolean> {
  const sealer = createRowSealer({ subtle, key, storeName: 'self-test' });
  const opened = await sealer.open('probe', await sealer.seal('probe', 1, utf8('probe')));
  return opened.length === 5;
}

async function storeRawKey({ use, subtle }: Deps): Promise<CryptoKey> {
  await addIfMissing(use, RAW_KEY, crypto.getRandomValues(new Uint8Array(32)));
  const stored = await get<Bytes>(RAW_KEY, use);
  if (stored?.length !== 32) throw new SealError('STORAGE_FAILED', 'store: keeps nothing');
  return importKey(subtle, stored);
}

/** Two tabs may open a new store at once: the first key stays. */
function addIfMissing(use: UseStore, name: string, value: CryptoKey | Bytes): Promise<void> {
  return use('readwrite', async (store) => {
    const done = promisifyRequest(store.transaction);
    done.catch(() => {});
    if ((await promisifyRequest(store.count(name))) === 0) store.put(value, name);
    await done;
  });
}

function newKey(subtle: SubtleCrypto): Promise<CryptoKey> {
  return subtle.generateKey(AES, false, ['encrypt', 'decrypt']);
}

function importKey(subtle: SubtleCrypto, raw: Bytes): Promise<CryptoKey> {
  return subtle.importKey('raw', raw, AES, false, ['encrypt', 'decrypt']);
}
