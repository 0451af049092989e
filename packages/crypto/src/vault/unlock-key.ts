import {
  KEY_WRAP_PARAMETERS,
  SealError,
  asKey,
  encode,
  id,
  struct,
  text,
  u32,
  u8,
  wipe,
  METHOD_KINDS,
  type Bytes,
  type MethodId,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import { argon2id, type Argon2Parameters } from '../argon2.ts';
import type { Curves } from '../curves/curves.ts';
import { hkdf } from '../kdf.ts';
import type { MethodKey, SignKeyPair } from '../keys.ts';
import { LABELS } from '../labels.ts';
import { parseRecoveryCode } from '../recovery/code.ts';

/** Whose vault it is. Part of every derivation: what is made for one account opens no other. */
export interface VaultOwner {
  readonly tenantId: TenantId;
  readonly userId: UserId;
}

/** Told the finished fraction, 0 to 1, of what takes about a second. */
export interface UnlockOptions {
  readonly onProgress?: (fraction: number) => void;
}

/** Above these a method is refused: a server must not be able to stall a device. */
const CEILING: Argon2Parameters = { memoryKiB: 262_144, iterations: 10, parallelism: 4 };
const NO_SALT: Bytes = new Uint8Array(32);

const label = text(64);
const unlockInfo = struct<{ label: string; tenantId: TenantId }>({ label, tenantId: id<TenantId>() });
const keyInfo = struct<{ label: string; kind: number; methodId: MethodId } & Argon2Parameters & VaultOwner>({
  label,
  kind: u8,
  memoryKiB: u32,
  iterations: u32,
  parallelism: u8,
  tenantId: id<TenantId>(),
  userId: id<UserId>(),
  methodId: id<MethodId>(),
});

/**
 * Derives the key that proves a recovery code to the server. Without a salt and without Argon2id, as it has to be made
 * before anything is known of the account: 128 random bits cannot be guessed either way.
 *
 * @throws SealError WRONG_CODE when `code` is none
 */
export async function unlockKeyOf(input: {
  readonly curves: Curves;
  readonly code: string;
  readonly tenantId: TenantId;
}): Promise<SignKeyPair> {
  const secret = parseRecoveryCode(input.code);
  const info = encode(unlockInfo, { label: LABELS.unlockKey, tenantId: input.tenantId });
  const seed = hkdf({ ikm: secret, salt: NO_SALT, info, length: 32 });
  const key = await input.curves.signKeyPair(asKey(seed));
  wipe(secret, seed);
  return key;
}

/**
 * Derives the private key of a method from a recovery code. Takes about a second.
 *
 * @throws SealError WRONG_CODE when `code` is none; MALFORMED when the cost is below the floor or absurdly high
 */
export async function methodKeyOf(
  input: UnlockOptions & {
    readonly code: string;
    readonly owner: VaultOwner;
    readonly methodId: MethodId;
    readonly parameters: Argon2Parameters;
    /** 16 bytes. */
    readonly salt: Bytes;
  },
): Promise<MethodKey> {
  const { code, owner, methodId, salt, onProgress } = input;
  const { memoryKiB, iterations, parallelism } = input.parameters;
  const parameters = { memoryKiB, iterations, parallelism };
  checkParameters(parameters);
  const password = parseRecoveryCode(code);
  const stretched = await argon2id({ password, salt, parameters, length: 32, ...(onProgress && { onProgress }) });
  const info = encode(keyInfo, {
    label: LABELS.vaultKey,
    kind: METHOD_KINDS.recoveryCode,
    ...parameters,
    tenantId: owner.tenantId,
    userId: owner.userId,
    methodId,
  });
  const key = asKey<MethodKey>(hkdf({ ikm: stretched, salt, info, length: 32 }));
  wipe(password, stretched);
  return key;
}

/** A server that could lower the cost could guess weaker secrets; ours are strong, but the rule costs nothing. */
function checkParameters({ memoryKiB, iterations, parallelism }: Argon2Parameters): void {
  const floor = KEY_WRAP_PARAMETERS;
  const isTooLow = memoryKiB < floor.memoryKiB || iterations < floor.iterations || parallelism < floor.parallelism;
  const isTooHigh =
    memoryKiB > CEILING.memoryKiB || iterations > CEILING.iterations || parallelism > CEILING.parallelism;
  if (isTooLow || isTooHigh) {
    throw new SealError('MALFORMED', `vault: Argon2id m=${memoryKiB} t=${iterations} p=${parallelism} is refused`);
  }
}
