import { checkVerificationCode, verificationCode } from '@seal-chat/crypto';
import {
  CHAT_FIELDS,
  SYNC_TOPICS,
  SealError,
  fromBase64,
  switchValue,
  toBase64,
  type UserId,
} from '@seal-chat/protocol';
import type { ComposeDeps, FetchDeps } from '../context/deps.ts';
import { writeRegisters } from '../conversations/write-registers.ts';
import { acceptKey } from '../peers/accept-identity.ts';
import { ownSafetyKey, safetyNumberOf, safetyNumberWith } from '../peers/safety-number.ts';
import { safetyKeyOf } from '../peers/verified-key.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';

/**
 * Keeps that the key behind `compared` was compared with `userId`: the key itself, so that another one is never taken
 * for verified. Accepts it where it is a changed one.
 *
 * @param compared the safety number, 60 digits, as it was shown
 * @throws SealError IDENTITY_CHANGED when the key shown now has other digits; NOT_FOUND; as `acceptIdentity`
 */
export async function verify(deps: FetchDeps & ComposeDeps, userId: UserId, compared: string): Promise<void> {
  if ((await safetyNumberWith(deps, userId)) !== compared) throw changed();
  await acceptKey(deps, userId, compared);
  await deps.transact(async (tx) => {
    const account = await activeAccount(tx);
    const peer = await tx.get(ROWS.peer(userId));
    if (peer === null || peer.changedKey) throw changed();
    const value = safetyKeyOf(peer).slice();
    if (safetyNumberOf(account, userId, safetyKeyOf(peer)) !== compared) throw changed();
    await writeRegisters(deps, tx, SYNC_TOPICS.verified, [{ subject: userId, field: 0, value }]);
    const mark = { subject: userId, field: CHAT_FIELDS.accepted, value: switchValue(true) };
    await writeRegisters(deps, tx, SYNC_TOPICS.chats, [mark]);
  });
}

function changed(): SealError {
  return new SealError('IDENTITY_CHANGED', 'verification: another key was compared');
}

/** Forgets that `userId` was verified. */
export async function unverify(deps: ComposeDeps, userId: UserId): Promise<void> {
  const change = { subject: userId, field: 0, value: new Uint8Array(0) };
  await deps.transact((tx) => writeRegisters(deps, tx, SYNC_TOPICS.verified, [change]));
}

/**
 * Makes the code to show to `userId`: the text of a QR code, base64url of 113 bytes; null when their keys are not known.
 *
 * @throws SealError NOT_FOUND, OFFLINE, NOT_SIGNED_IN
 */
export async function codeFor(deps: FetchDeps, userId: UserId): Promise<string | null> {
  const parties = await partiesFor(deps, userId);
  return parties && toBase64(verificationCode(parties.tenantId, parties.own, parties.peer));
}

/**
 * Compares the code that `userId` shows with the keys on this device.
 *
 * @throws SealError NOT_FOUND, OFFLINE, NOT_SIGNED_IN
 */
export async function checkCode(
  deps: FetchDeps,
  userId: UserId,
  shown: string,
): Promise<'match' | 'mismatch' | 'other'> {
  const parties = await partiesFor(deps, userId);
  const code = fromBase64(shown);
  if (parties === null || code === null) return 'other';
  return checkVerificationCode(parties.tenantId, parties.own, parties.peer, code);
}

async function partiesFor(deps: FetchDeps, userId: UserId) {
  // Fetches the list where it is not known yet.
  if ((await safetyNumberWith(deps, userId)) === null) return null;
  const peer = await deps.reader.get(ROWS.peer(userId));
  if (peer === null) return null;
  const account = await activeAccount(deps.reader);
  return {
    tenantId: account.tenantId,
    own: { userId: account.userId, identityKey: ownSafetyKey(account) },
    peer: { userId, identityKey: safetyKeyOf(peer) },
  };
}
