import type { Bytes } from '@seal-chat/protocol';
import type { DeviceTx } from './device-tx.ts';
import { ROWS, type RowPrefix } from './rows.ts';

/** What the keys of all rows begin with that hold keys and nothing that a person reads. */
const KEY_ROWS = [
  'answer/',
  'content-key/',
  'group/',
  'group-pending/',
  'group-ratchets/',
  'keypackage/',
  'prekey/',
  'profile-key/',
  'sent/',
  'session/',
  'shared-history/',
  'undecryptable/',
  'undecryptable-entry/',
  'welcome/',
] as unknown as readonly RowPrefix<unknown>[];

/**
 * Forgets every key of a device that is no longer on its account: the signed list says so. What was received stays
 * readable, and what the person wrote last, too; what was to be sent of it, and what is queued unseen, goes.
 */
export async function wipeKeys(tx: DeviceTx): Promise<void> {
  const account = await tx.get(ROWS.account);
  if (account === null) return;
  const { device, accountKey, archive } = account;
  tx.put(ROWS.account, {
    ...account,
    status: 'revoked',
    identitySeed: null,
    accountKey: withoutPrivateKey(accountKey),
    archive: { ...archive, key: emptied(archive.key) },
    device: { ...device, dh: withoutPrivateKey(device.dh), sign: withoutPrivateKey(device.sign) },
    recoveryCode: null,
    unpublished: null,
    unlockFor: null,
    newDevices: [],
  });
  for (const key of [ROWS.tokens, ROWS.replacement, ROWS.vaultUpload, ROWS.preKeys]) tx.delete(key);
  for (const prefix of KEY_ROWS) for (const { key } of await tx.list(prefix)) tx.delete(key);
  for (const { key, value } of await tx.list(ROWS.allOutbox)) {
    // Keys of messages are handed to newcomers in such bodies.
    if (value.shown === undefined && value.content.kind !== 'text') tx.delete(key);
    else tx.put(key, { ...value, wire: null });
  }
}

function withoutPrivateKey<Pair extends { readonly privateKey: Bytes }>(pair: Pair): Pair {
  return { ...pair, privateKey: emptied(pair.privateKey) };
}

function emptied<K extends Bytes>(key: K): K {
  return new Uint8Array(key.length) as K;
}
