import {
  METHOD_KINDS,
  SealError,
  asKey,
  constantTimeEqual,
  decode,
  recoveryParamsCodec,
  type TenantId,
} from '@seal-chat/protocol';
import type { UnlockAnswer, VaultAnswer, vaultInputs, vaultUpload } from '@seal-chat/protocol/api';
import {
  checkRecords,
  checkVaultContinues,
  isUnlockProof,
  verifyVault,
  type Curves,
  type VerifiedDeviceList,
  type VerifiedVault,
} from '@seal-chat/crypto/verify';
import type { z } from 'zod';
import type { PrismaDoor } from '../db/doors.ts';
import { takeChallenge } from '../challenges/store.ts';
import { base64Of } from '../db/bytes.ts';
import type { Transaction } from '../db/transaction.ts';
import type { DurableLimits } from '../limits/durable.ts';
import type { PublicCaller, Session } from '../sessions/session.ts';
import { usernameKeyOf } from '../users/username.ts';
import { findUnlockable, findVault, lockIdentity, replaceVault, type MethodRow, type Owner } from './store.ts';

/** A vault as it is sent, with the records of its methods. */
export type VaultUpload = z.output<typeof vaultUpload>;

/** A vault whose signature and records were checked. */
export interface CheckedVault {
  readonly verified: VerifiedVault;
  readonly methods: readonly MethodRow[];
}

/** What the unlock ways of accounts open; sealed on devices, opaque here. */
export interface VaultService {
  /**
   * Hands out one method of an account to who proves its recovery code. Failures are counted by account and address: an
   * attacker elsewhere cannot lock the owner out, and who cannot prove a code gets nothing to guess at.
   *
   * @throws SealError NOT_FOUND, WRONG_CODE, CHALLENGE_INVALID, RATE_LIMITED
   */
  unlock(
    caller: Pick<PublicCaller, 'tenant' | 'address'>,
    input: z.output<typeof vaultInputs.unlock>,
  ): Promise<UnlockAnswer>;
  get(session: Session): Promise<VaultAnswer | null>;
  /**
   * Checks that the vault that came with a device list is the one that the list names, and that none came where the
   * list names the same one as `previous` (null: the first list of an account).
   * @returns null where the vault stays
   * @throws SealError VAULT_REJECTED, BAD_SIGNATURE, MALFORMED
   */
  check(
    upload: VaultUpload | null,
    next: VerifiedDeviceList,
    previous: VerifiedDeviceList | null,
  ): Promise<CheckedVault | null>;
  /**
   * Stores a vault inside a transaction, after its account. The same vault again changes nothing.
   * @throws SealError CONFLICT when another version came first, IDENTITY_CHANGED, VAULT_REJECTED
   */
  store(tx: Transaction, owner: Owner, vault: CheckedVault): Promise<void>;
}

export function createVaultService(deps: {
  readonly prisma: PrismaDoor;
  readonly curves: Pick<Curves, 'verify'>;
  readonly limits: DurableLimits;
  readonly clock: () => number;
}): VaultService {
  const { prisma, curves, limits, clock } = deps;

  const check: VaultService['check'] = async (upload, { list }, previous) => {
    if (list.vaultVersion === (previous?.list.vaultVersion ?? 0)) {
      if (upload !== null) throw new SealError('VAULT_REJECTED', 'vault: the list does not name it');
      return null;
    }
    if (upload === null) throw new SealError('VAULT_REJECTED', 'vault: the list names another one');
    const checked = await checkAlone(upload);
    const { vault, hash } = checked.verified;
    const isNamed = vault.version === list.vaultVersion && constantTimeEqual(hash, list.vaultHash);
    if (!isNamed) throw new SealError('VAULT_REJECTED', 'vault: the list names another one');
    if (vault.archiveEpoch !== list.archiveEpoch)
      throw new SealError('VAULT_REJECTED', 'vault: it is of another epoch than the list');
    return checked;
  };

  async function checkAlone({ vault, signature, records }: VaultUpload): Promise<CheckedVault> {
    const verified = await verifyVault(curves, { bytes: vault, signature });
    const methods = checkRecords(verified, records).map(({ methodId, kind, params }, i): MethodRow => {
      if (kind !== METHOD_KINDS.recoveryCode)
        throw new SealError('VAULT_REJECTED', 'vault: unknown kind of unlock way');
      return { methodId, kind, unlockKey: decode(recoveryParamsCodec, params).unlockKey, record: records[i]! };
    });
    if (new Set(methods.map(({ methodId }) => methodId)).size < methods.length) {
      throw new SealError('VAULT_REJECTED', 'vault: an unlock way is in it twice');
    }
    return { verified, methods };
  }

  async function store(tx: Transaction, owner: Owner, { verified, methods }: CheckedVault): Promise<void> {
    const { vault, signed } = verified;
    const identityKey = await lockIdentity(tx, owner);
    if (identityKey === null) throw new SealError('NOT_FOUND', 'vault: no such account');
    if (vault.tenantId !== owner.tenantId || vault.userId !== owner.userId) {
      throw new SealError('VAULT_REJECTED', 'vault: it belongs to another account');
    }
    if (!constantTimeEqual(identityKey, vault.identityKey)) throw new SealError('IDENTITY_CHANGED');
    const present = await findVault(tx, owner);
    if (present !== null && constantTimeEqual(present.signed.bytes, signed.bytes)) return;
    checkVaultContinues(present && (await verifyVault(curves, present.signed)), verified);
    await replaceVault(tx, owner, vault.version, signed, methods);
  }

  /** Takes a challenge and returns its nonce. */
  async function nonceOf(tenantId: TenantId, challengeId: Parameters<typeof takeChallenge>[2]) {
    const nonce = await takeChallenge(prisma.of(tenantId), tenantId, challengeId, new Date(clock()));
    if (nonce === null) throw new SealError('CHALLENGE_INVALID');
    return nonce;
  }

  return {
    check,
    store,

    async unlock({ tenant, address }, { username, challengeId, signature }) {
      const { tenantId, rates } = tenant;
      const usernameKey = usernameKeyOf(username);
      const subject = `unlock:${usernameKey}:${address}`;
      await limits.consume('auth', tenantId, address, rates.authPerMinutePerAddress);
      await limits.check('failedAuth', tenantId, subject, rates.failedAuthPerAccount);
      const nonce = await nonceOf(tenantId, challengeId);
      const proof = { purpose: 'open', tenantId, challengeId, nonce, deviceListHash: null } as const;
      const row = await findUnlockable(prisma.of(tenantId), tenantId, usernameKey);
      for (const { unlockKey, record } of row?.methods ?? []) {
        if (!(await isUnlockProof({ curves, proof, unlockKey: asKey(unlockKey), signature }))) continue;
        const { userId, username: name, signed } = row!;
        return { tenantId, userId, username: name, ...answerOf(signed), record: base64Of(record) };
      }
      await limits.consume('failedAuth', tenantId, subject, rates.failedAuthPerAccount);
      if (row === null) throw new SealError('NOT_FOUND', 'vault: nothing is stored under that name');
      throw new SealError('WRONG_CODE', 'vault: the code is not one of this account');
    },

    async get({ tenantId, userId }) {
      const found = await findVault(prisma.of(tenantId), { tenantId, userId });
      return found && { ...answerOf(found.signed), records: found.records.map(base64Of) };
    },
  };
}

function answerOf({ bytes, signature }: VerifiedVault['signed']) {
  return { vault: base64Of(bytes), signature: base64Of(signature) };
}
