import { checkRecords, verifyVault, type Method, type SealedVault, type VerifiedVault } from '@seal-chat/crypto/vault';
import { SealError, constantTimeEqual } from '@seal-chat/protocol';
import type { VaultAnswer } from '@seal-chat/protocol/api';
import type { FetchDeps } from '../context/deps.ts';
import { learnDeviceLists } from '../peers/device-lists.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS, type AccountRow } from '../store/rows.ts';
import { vaultOf } from './vault-answers.ts';

/** The vault of this device's account. */
export interface PresentVault {
  readonly verified: VerifiedVault;
  readonly sealed: SealedVault;
  readonly methods: readonly Method[];
}

/** Another device may change list and vault between the two answers. */
const MAX_ATTEMPTS = 3;

/**
 * Fetches the vault of this device's account: the one that the account's newest list names, signed by its identity key,
 * with the unlock ways that it names. Secrets are sealed again to these ways by their public keys, and opened by their
 * codes: to one that the server made up, it would be the server that opens them, and to one of before the code was
 * replaced, the code that was to be shut out.
 *
 * @returns null for an account without unlock ways
 * @throws SealError VAULT_REJECTED, BAD_SIGNATURE, MALFORMED, TOO_LARGE or UNSUPPORTED_VERSION; DEVICE_LIST_REJECTED;
 *   NOT_FOUND without a list of this account; OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function presentVault(deps: FetchDeps): Promise<PresentVault | null> {
  for (let attempt = 1; ; attempt++) {
    const account = await activeAccount(deps.reader);
    const { userId } = account;
    await learnDeviceLists(deps, [userId]);
    const list = (await deps.reader.get(ROWS.peer(userId)))?.known.list;
    if (list === undefined) throw new SealError('NOT_FOUND', "device list: this account's is missing");
    const answer = await deps.api.vault.get.query();
    if (list.vaultVersion === 0 && answer === null) return null;
    const found = answer && (await verifyOwnVault(deps, account, answer));
    if (found !== null && constantTimeEqual(found.verified.hash, list.vaultHash)) return found;
    if (attempt === MAX_ATTEMPTS) throw new SealError('VAULT_REJECTED', 'vault: not the one that the list names');
  }
}

/** Checks that a vault is one that this account's identity key has signed, with the records that it names. */
async function verifyOwnVault(
  { curves }: Pick<FetchDeps, 'curves'>,
  { tenantId, userId, identityKey }: Pick<AccountRow, 'tenantId' | 'userId' | 'identityKey'>,
  answer: VaultAnswer,
): Promise<PresentVault> {
  const sealed = vaultOf(answer);
  const verified = await verifyVault(curves, sealed.signed);
  const { vault } = verified;
  const isOwn = vault.tenantId === tenantId && vault.userId === userId;
  if (!isOwn || !constantTimeEqual(vault.identityKey, identityKey)) throw new SealError('VAULT_REJECTED');
  return { verified, sealed, methods: checkRecords(verified, sealed.records) };
}
