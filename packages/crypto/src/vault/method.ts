import {
  KEY_WRAP_PARAMETERS,
  METHOD_KINDS,
  SealError,
  WIRE_VERSION,
  asKey,
  decode,
  encode,
  id,
  keyCodec,
  newId,
  recoveryParamsCodec,
  struct,
  text,
  u32,
  variable,
  versioned,
  wipe,
  SIZE_LIMITS,
  constantTimeEqual,
  type Bytes,
  type MethodId,
  type MethodRecord,
  type RecoveryParams,
  type SignPublicKey,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import { vaultSecretsCodec, type VaultSecrets } from '../account-secrets.ts';
import type { Curves } from '../curves/curves.ts';
import { chaChaPoly } from '../hpke/aead.ts';
import { hpke } from '../hpke/hpke.ts';
import { sha512Family } from '../hpke/sha512.ts';
import { xWingKem } from '../hpke/x-wing.ts';
import { hkdf, hmac } from '../kdf.ts';
import type { Kem } from '../kem/kem.ts';
import type { MethodKey } from '../keys.ts';
import { LABELS } from '../labels.ts';
import type { Rng } from '../rng.ts';
import { methodKeyOf, unlockKeyOf, type UnlockOptions, type VaultOwner } from './unlock-key.ts';

/** What sealing and opening take. */
export interface VaultDeps {
  readonly curves: Curves;
  readonly kem: Kem;
  readonly rng: Rng;
}

/** An unlock way without what is sealed to it: all that sealing again takes, and nothing secret. */
export type Method = Omit<MethodRecord, 'sealed'>;

const SALT_LENGTH = 16;
const HKDF_SHA512 = 3;
const NO_SALT: Bytes = new Uint8Array(32);
const label = text(64);

interface SealedTo extends VaultOwner {
  readonly label: string;
  readonly methodId: MethodId;
  readonly archiveEpoch: number;
}
const sealInfo = struct<SealedTo>({
  label,
  tenantId: id<TenantId>(),
  userId: id<UserId>(),
  methodId: id<MethodId>(),
  archiveEpoch: u32,
});
const bindingInput = struct<VaultOwner & { readonly methodId: MethodId; readonly identityKey: SignPublicKey }>({
  tenantId: id<TenantId>(),
  userId: id<UserId>(),
  methodId: id<MethodId>(),
  identityKey: keyCodec(32),
});
const sealedCodec = versioned(
  WIRE_VERSION,
  struct<{ readonly enc: Bytes; readonly ciphertext: Bytes }>({
    enc: variable(SIZE_LIMITS.methodSealed),
    ciphertext: variable(SIZE_LIMITS.methodSealed),
  }),
);

/**
 * Makes a recovery code an unlock way of an account. Takes about a second.
 *
 * @throws SealError WRONG_CODE when `code` is none
 */
export async function createRecoveryMethod(
  deps: VaultDeps,
  input: UnlockOptions & {
    readonly owner: VaultOwner;
    readonly identityKey: SignPublicKey;
    readonly code: string;
    readonly now: number;
  },
): Promise<Method> {
  const { curves, rng } = deps;
  const { owner, identityKey, code, now } = input;
  const methodId = newId<MethodId>(rng(16));
  const salt = rng(SALT_LENGTH);
  const unlockKey = await unlockKeyOf({ curves, code, tenantId: owner.tenantId });
  const key = await methodKeyOf({ ...input, methodId, parameters: KEY_WRAP_PARAMETERS, salt });
  const { publicKey } = await xWing(deps).importPrivateKey(key);
  const params: RecoveryParams = { ...KEY_WRAP_PARAMETERS, salt, unlockKey: unlockKey.publicKey };
  const method: Method = {
    methodId,
    kind: METHOD_KINDS.recoveryCode,
    createdAt: now,
    label: '',
    params: encode(recoveryParamsCodec, params),
    publicKey: asKey(publicKey),
    binding: bindingOf(key, owner, methodId, identityKey),
  };
  wipe(key, unlockKey.privateKey);
  return method;
}

/** Seals a vault's secrets to an unlock way, by its public key alone: its person need not be there. */
export async function sealToMethod(
  deps: VaultDeps,
  input: { readonly owner: VaultOwner; readonly method: Method; readonly secrets: VaultSecrets },
): Promise<MethodRecord> {
  const { owner, method, secrets } = input;
  const { methodId } = method;
  const plaintext = encode(vaultSecretsCodec, secrets);
  const suite = vaultHpke(deps);
  const info = infoOf(owner, methodId, secrets.account.archive.epoch);
  const { ct, enc } = await suite.seal(await suite.importPublicKey(method.publicKey), plaintext, info);
  wipe(plaintext);
  const sealed = encode(sealedCodec, { enc: enc as Bytes, ciphertext: ct as Bytes });
  return { ...method, sealed };
}

/**
 * Opens what is sealed to a recovery code, in the order that gives a hostile server no oracle: the code has to lead to
 * the public key in the record before anything is decrypted, and what is decrypted has to be of the account that the
 * method was made for.
 *
 * @returns the secrets; whose identity they are is the caller's to compare
 * @throws SealError WRONG_CODE, VAULT_REJECTED, MALFORMED, UNSUPPORTED_VERSION
 */
export async function openMethod(
  deps: VaultDeps,
  input: UnlockOptions & {
    readonly owner: VaultOwner;
    readonly record: MethodRecord;
    readonly archiveEpoch: number;
    readonly code: string;
  },
): Promise<VaultSecrets> {
  const { owner, record, archiveEpoch, code, onProgress } = input;
  const { methodId } = record;
  if (record.kind !== METHOD_KINDS.recoveryCode)
    throw new SealError('UNSUPPORTED_VERSION', 'vault: unknown unlock way');
  const { salt, ...parameters } = decode(recoveryParamsCodec, record.params);
  const key = await methodKeyOf({ code, owner, methodId, parameters, salt, ...(onProgress && { onProgress }) });
  try {
    const { publicKey } = await xWing(deps).importPrivateKey(key);
    if (!constantTimeEqual(publicKey, record.publicKey)) {
      throw new SealError('WRONG_CODE', 'vault: the code does not open this account');
    }
    const secrets = await decryptSecrets(deps, { owner, record, archiveEpoch, key });
    const identity = await deps.curves.signKeyPair(secrets.identitySeed);
    const isBound = constantTimeEqual(bindingOf(key, owner, methodId, identity.publicKey), record.binding);
    wipe(identity.privateKey);
    if (!isBound || secrets.account.archive.epoch !== archiveEpoch) {
      throw new SealError('VAULT_REJECTED', 'vault: it holds the secrets of another account');
    }
    return secrets;
  } finally {
    wipe(key);
  }
}

async function decryptSecrets(
  deps: VaultDeps,
  input: {
    readonly owner: VaultOwner;
    readonly record: MethodRecord;
    readonly archiveEpoch: number;
    readonly key: MethodKey;
  },
): Promise<VaultSecrets> {
  const { owner, record, archiveEpoch, key } = input;
  const { enc, ciphertext } = decode(sealedCodec, record.sealed);
  const suite = vaultHpke(deps);
  try {
    const privateKey = await suite.importPrivateKey(key);
    const plaintext = await suite.open(privateKey, enc, ciphertext, infoOf(owner, record.methodId, archiveEpoch));
    const secrets = decode(vaultSecretsCodec, plaintext);
    wipe(plaintext);
    return secrets;
  } catch (cause) {
    throw new SealError('VAULT_REJECTED', 'vault: what is sealed to the code does not open', { cause });
  }
}

function bindingOf(key: MethodKey, owner: VaultOwner, methodId: MethodId, identityKey: SignPublicKey): Bytes {
  const { tenantId, userId } = owner;
  const info = encode(label, LABELS.vaultBinding);
  const macKey = hkdf({ ikm: key, salt: NO_SALT, info, length: 32 });
  const binding = hmac(macKey, encode(bindingInput, { tenantId, userId, methodId, identityKey }));
  wipe(macKey);
  return binding;
}

function infoOf({ tenantId, userId }: VaultOwner, methodId: MethodId, archiveEpoch: number): Bytes {
  return encode(sealInfo, { label: LABELS.vaultMethod, tenantId, userId, methodId, archiveEpoch });
}

function xWing({ curves, kem, rng }: VaultDeps) {
  return xWingKem({ curves, mlKem: kem, rng });
}

function vaultHpke(deps: VaultDeps) {
  return hpke({ kem: xWing(deps), kdf: { id: HKDF_SHA512, hash: sha512Family }, aead: chaChaPoly });
}
