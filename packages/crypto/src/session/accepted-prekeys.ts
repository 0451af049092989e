import {
  PREKEY_LIMITS,
  SealError,
  concatBytes,
  constantTimeEqual,
  encode,
  u32,
  utf8,
  type Bytes,
  type PreKeyHeader,
  type PreKeyKind,
} from '@seal-chat/protocol';
import { sha256 } from '../kdf.ts';
import type { AcceptPreKeys } from '../pqxdh.ts';
import { PREKEY_USE_LENGTH, type PrivatePreKey } from '../prekeys.ts';
import type { OwnDevice } from './parties.ts';

/** Names one private prekey of this device. */
export interface PreKeyName {
  readonly kind: PreKeyKind;
  readonly keyId: number;
}

/** Returns the private prekeys an initial message names, in the order signed, KEM, one-time. */
export function preKeyNames(header: PreKeyHeader): readonly PreKeyName[] {
  const names: PreKeyName[] = [
    { kind: 'signed', keyId: header.signedPreKeyId },
    { kind: header.kemIsLastResort === 1 ? 'kemLastResort' : 'kemOneTime', keyId: header.kemPreKeyId },
  ];
  return header.oneTimePreKeyId === null ? names : [...names, { kind: 'oneTime', keyId: header.oneTimePreKeyId }];
}

/** What happened to private prekeys: to be done in the same storage transaction as everything else. */
export interface ConsumedPreKeys {
  /** One-time keys to delete. */
  readonly deleted: readonly PreKeyName[];
  /** A last-resort key with its new replay record, to store in the place of the old; null when none was used. */
  readonly updated: PrivatePreKey | null;
}

export const NOTHING_CONSUMED: ConsumedPreKeys = { deleted: [], updated: null };

/**
 * Selects the prekeys an initial message needs, from those that were found in storage.
 * @throws SealError UNKNOWN_PREKEY when one is missing, the message was made for an earlier registration of this
 * device, or a last-resort key has no room for another use; REPLAYED when a last-resort key saw this message before
 */
export function selectPreKeys(header: PreKeyHeader, own: OwnDevice, found: readonly PrivatePreKey[]): AcceptPreKeys {
  if (header.registrationId !== own.registrationId)
    throw new SealError('UNKNOWN_PREKEY', `session: the message is for registration ${header.registrationId}`);
  const [signed, kem, oneTime] = preKeyNames(header).map(({ kind, keyId }) => {
    const preKey = found.find((candidate) => candidate.kind === kind && candidate.keyId === keyId);
    if (preKey === undefined) throw new SealError('UNKNOWN_PREKEY', `session: ${kind} prekey ${keyId} does not exist`);
    return preKey;
  });
  if (kem!.kind === 'kemLastResort') checkReplay(kem!, useOf(header));
  // The kind in the name says which curve or KEM a key is of.
  return { signed, kem, oneTime: oneTime ?? null } as AcceptPreKeys;
}

/** Returns the changes a session that was accepted with `preKeys` makes. */
export function consumedBy(header: PreKeyHeader, { oneTime, kem }: AcceptPreKeys): ConsumedPreKeys {
  const oneTimeKeys = kem.kind === 'kemOneTime' ? [kem, oneTime] : [oneTime];
  const deleted = oneTimeKeys.filter((key) => key !== null).map(({ kind, keyId }) => ({ kind, keyId }));
  const updated = kem.kind === 'kemLastResort' ? { ...kem, uses: concatBytes(kem.uses, useOf(header)) } : null;
  return { deleted, updated };
}

const USE_LABEL = utf8('SealChat_v1_LastResortUse');

/**
 * Names the use of a last-resort key by KEM key, signed prekey and base key (PQXDH §4.3; libsignal keeps the same
 * three).
 */
function useOf(header: PreKeyHeader): Bytes {
  const ids = [encode(u32, header.kemPreKeyId), encode(u32, header.signedPreKeyId)];
  return sha256(concatBytes(USE_LABEL, ...ids, header.ephemeralKey)).slice(0, PREKEY_USE_LENGTH);
}

/** Fails closed: a full record accepts nothing. */
function checkReplay({ uses, keyId }: PrivatePreKey, use: Bytes): void {
  for (let at = 0; at < uses.length; at += PREKEY_USE_LENGTH) {
    if (constantTimeEqual(uses.subarray(at, at + PREKEY_USE_LENGTH), use))
      throw new SealError('REPLAYED', `session: last-resort prekey ${keyId} was used for it before`);
  }
  if (uses.length >= PREKEY_LIMITS.lastResortReplayMax * PREKEY_USE_LENGTH)
    throw new SealError('UNKNOWN_PREKEY', `session: last-resort prekey ${keyId} was used too often`);
}
