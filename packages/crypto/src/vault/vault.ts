import {
  COUNT_LIMITS,
  SealError,
  asKey,
  constantTimeEqual,
  encode,
  id,
  methodRecordCodec,
  struct,
  text,
  u32,
  vaultCodec,
  wipe,
  type ArchiveLink,
  type Bytes,
  type MethodId,
  type SignedVault,
  type TenantId,
  type UserId,
  type Vault,
} from '@seal-chat/protocol';
import type { ArchiveKey, VaultSecrets } from '../account-secrets.ts';
import type { VaultReference } from '../identity.ts';
import { hkdf, sha256 } from '../kdf.ts';
import type { BoxKey, SignKeyPair } from '../keys.ts';
import { LABELS } from '../labels.ts';
import type { Rng } from '../rng.ts';
import { openBox, sealBox } from '../secret-box.ts';
import { openMethod, sealToMethod, type Method, type VaultDeps } from './method.ts';
import type { UnlockOptions, VaultOwner } from './unlock-key.ts';
import { decodeRecord, vaultSignatureInput, verifyVault, type VerifiedVault } from './verify-vault.ts';

/** A vault with the records of its methods, as the server keeps them. */
export interface SealedVault {
  readonly signed: SignedVault;
  readonly records: readonly Bytes[];
}

/** A vault that was just made, and how the device list that comes with it names it. */
export interface NewVault extends SealedVault {
  readonly reference: VaultReference;
}

const NO_SALT: Bytes = new Uint8Array(32);
const linkInfo = struct<{ label: string; epoch: number } & VaultOwner>({
  label: text(64),
  tenantId: id<TenantId>(),
  userId: id<UserId>(),
  epoch: u32,
});

/**
 * Makes the version of a vault after `previous` (null: the first): the secrets, sealed to the public key of each method.
 * With another archive key than before, the one before is kept under it.
 *
 * @param input.previousArchive the archive key of `previous`
 * @throws SealError BAD_INPUT with more methods than a vault has
 */
export async function createVault(
  deps: VaultDeps,
  input: {
    readonly owner: VaultOwner;
    readonly identity: SignKeyPair;
    readonly secrets: VaultSecrets;
    readonly methods: readonly Method[];
    readonly previous: VerifiedVault | null;
    readonly previousArchive: ArchiveKey | null;
    readonly now: number;
  },
): Promise<NewVault> {
  const { owner, identity, secrets, methods, previous, now } = input;
  const { tenantId, userId } = owner;
  if (methods.length > COUNT_LIMITS.unlockMethods) throw new SealError('BAD_INPUT', 'vault: too many unlock ways');
  const records: Bytes[] = [];
  for (const method of methods) {
    records.push(encode(methodRecordCodec, await sealToMethod(deps, { owner, method, secrets })));
  }
  const vault: Vault = {
    tenantId,
    userId,
    identityKey: identity.publicKey,
    version: (previous?.vault.version ?? 0) + 1,
    previousHash: previous?.hash ?? new Uint8Array(32),
    issuedAt: now,
    archiveEpoch: secrets.account.archive.epoch,
    links: linksOf(deps.rng, input),
    recordHashes: records.map(sha256),
  };
  const bytes = encode(vaultCodec, vault);
  const signature = await deps.curves.sign(identity, vaultSignatureInput(bytes));
  return { signed: { bytes, signature }, records, reference: { version: vault.version, hash: sha256(bytes) } };
}

function linksOf(
  rng: Rng,
  input: Pick<Parameters<typeof createVault>[1], 'owner' | 'secrets' | 'previous' | 'previousArchive'>,
): readonly ArchiveLink[] {
  const { owner, secrets, previous, previousArchive } = input;
  const { archive } = secrets.account;
  const links = previous?.vault.links ?? [];
  if (previousArchive === null || previousArchive.epoch === archive.epoch) return links;
  const key = linkKey(owner, archive);
  const box = sealBox(key, previousArchive.key, rng);
  wipe(key);
  return [...links, { epoch: previousArchive.epoch, box }].slice(-COUNT_LIMITS.archiveLinks);
}

/**
 * Opens a vault by a recovery code, and checks that it is what the account's identity key signed and that the record is
 * one of it.
 *
 * @returns the secrets, and the archive keys of earlier epochs, newest first
 * @throws SealError WRONG_CODE; VAULT_REJECTED, also when the identity is not `identityKey`; BAD_SIGNATURE, MALFORMED,
 *   TOO_LARGE or UNSUPPORTED_VERSION on bad bytes
 */
export async function openVault(
  deps: VaultDeps,
  input: UnlockOptions & {
    readonly owner: VaultOwner;
    readonly code: string;
    readonly signed: SignedVault;
    readonly record: Bytes;
    /** Where it is known beforehand. */
    readonly identityKey?: SignKeyPair['publicKey'];
  },
): Promise<{
  readonly secrets: VaultSecrets;
  readonly vault: VerifiedVault;
  readonly methodId: MethodId;
  readonly formerArchive: readonly ArchiveKey[];
}> {
  const { owner, code, signed, record, identityKey, onProgress } = input;
  const verified = await verifyVault(deps.curves, signed);
  const { vault } = verified;
  const { archiveEpoch } = vault;
  if (vault.tenantId !== owner.tenantId || vault.userId !== owner.userId)
    throw rejected('it belongs to another account');
  if (!vault.recordHashes.some((hash) => constantTimeEqual(hash, sha256(record))))
    throw rejected('the unlock way is not one of it');
  const options = onProgress && { onProgress };
  const decoded = decodeRecord(record);
  const opened = { owner, code, archiveEpoch, record: decoded, ...options };
  const secrets = await openMethod(deps, opened);
  const { publicKey } = await deps.curves.signKeyPair(secrets.identitySeed);
  if (!constantTimeEqual(publicKey, vault.identityKey) || (identityKey && !constantTimeEqual(publicKey, identityKey))) {
    throw rejected('it was signed by another identity');
  }
  const formerArchive = followLinks(owner, secrets.account.archive, vault.links);
  return { secrets, vault: verified, methodId: decoded.methodId, formerArchive };
}

function followLinks(owner: VaultOwner, newest: ArchiveKey, links: readonly ArchiveLink[]): readonly ArchiveKey[] {
  const keys: ArchiveKey[] = [];
  let later = newest;
  for (const { epoch, box } of links.toReversed()) {
    const key = linkKey(owner, later);
    const secret = openBox(key, box);
    wipe(key);
    if (secret === null || epoch !== later.epoch - 1) throw rejected('its archive keys do not lead back');
    later = { epoch, key: asKey(secret) };
    keys.push(later);
  }
  return keys;
}

function linkKey({ tenantId, userId }: VaultOwner, { epoch, key }: ArchiveKey): BoxKey {
  const info = encode(linkInfo, { label: LABELS.archiveLink, tenantId, userId, epoch });
  return asKey(hkdf({ ikm: key, salt: NO_SALT, info, length: 32 }));
}

function rejected(reason: string): SealError {
  return new SealError('VAULT_REJECTED', `vault: ${reason}`);
}
