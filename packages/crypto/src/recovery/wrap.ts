import {
  KEY_WRAP_PARAMETERS,
  SIZE_LIMITS,
  SealError,
  WIRE_VERSION,
  asKey,
  decode,
  encode,
  fixed,
  id,
  struct,
  text,
  u32,
  u8,
  variable,
  versioned,
  wipe,
  type Bytes,
  type Codec,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import { accountSecretsCodec, type AccountSecrets } from '../account-secrets.ts';
import { argon2id, type Argon2Parameters } from '../argon2.ts';
import { hkdf } from '../kdf.ts';
import type { BoxKey } from '../keys.ts';
import { LABELS } from '../labels.ts';
import type { Rng } from '../rng.ts';
import { openBox, sealBox } from '../secret-box.ts';
import { parseRecoveryCode } from './code.ts';

/** Whose secrets they are. Part of the key derivation: a blob opens for no other account. */
export interface RecoveryOwner {
  readonly tenantId: TenantId;
  readonly userId: UserId;
}

interface RecoveryBlob extends Argon2Parameters {
  readonly salt: Bytes;
  readonly box: Bytes;
}

/** Above these a blob is refused: a server must not be able to stall a device either. */
const CEILING: Argon2Parameters = { memoryKiB: 262_144, iterations: 10, parallelism: 4 };
const SALT_LENGTH = 16;

const blobCodec: Codec<RecoveryBlob> = versioned(
  WIRE_VERSION,
  struct<RecoveryBlob>({
    memoryKiB: u32,
    iterations: u32,
    parallelism: u8,
    salt: fixed(SALT_LENGTH),
    box: variable(SIZE_LIMITS.recoveryBlob),
  }),
);

interface KeyInfo extends Argon2Parameters, RecoveryOwner {
  readonly label: string;
}

const infoCodec: Codec<KeyInfo> = struct<KeyInfo>({
  label: text(64),
  memoryKiB: u32,
  iterations: u32,
  parallelism: u8,
  tenantId: id<TenantId>(),
  userId: id<UserId>(),
});

/** Cost and progress of a derivation: about a second on a laptop of 2020, and 64 MiB. */
export interface RecoveryOptions {
  readonly onProgress?: (fraction: number) => void;
}

/**
 * Wraps an account's secrets under its recovery code; the server keeps the result without being able to open it.
 *
 * @throws SealError WRONG_CODE when `code` is none
 */
export async function wrapAccountSecrets(
  input: RecoveryOptions & {
    readonly code: string;
    readonly owner: RecoveryOwner;
    readonly secrets: AccountSecrets;
    readonly rng: Rng;
  },
): Promise<Bytes> {
  const { code, owner, secrets, rng } = input;
  const salt = rng(SALT_LENGTH);
  const parameters = KEY_WRAP_PARAMETERS;
  const key = await wrapKey({ code, owner, salt, parameters, ...progressOf(input) });
  const plaintext = encode(accountSecretsCodec, secrets);
  const box = sealBox(key, plaintext, rng);
  wipe(key, plaintext);
  return encode(blobCodec, { ...parameters, salt, box });
}

/**
 * Opens what `wrapAccountSecrets` made. The caller goes on to check that the account's device lists are signed by the
 * key of this seed (`verifyDeviceListChain` with `expected.accountKey`).
 *
 * @throws SealError WRONG_CODE when the code is none or not this account's; TOO_LARGE, MALFORMED or
 *   UNSUPPORTED_VERSION on a bad blob, MALFORMED also when its cost is below the floor or absurdly high
 */
export async function unwrapAccountSecrets(
  input: RecoveryOptions & { readonly code: string; readonly owner: RecoveryOwner; readonly blob: Bytes },
): Promise<AccountSecrets> {
  const { code, owner, blob } = input;
  if (blob.length > SIZE_LIMITS.recoveryBlob) throw new SealError('TOO_LARGE', `recovery blob: ${blob.length} bytes`);
  const { salt, box, ...parameters } = decode(blobCodec, blob);
  checkParameters(parameters);
  const key = await wrapKey({ code, owner, salt, parameters, ...progressOf(input) });
  const plaintext = openBox(key, box);
  wipe(key);
  if (plaintext === null) throw new SealError('WRONG_CODE', 'recovery: the code does not open this account');
  const secrets = decode(accountSecretsCodec, plaintext);
  wipe(plaintext);
  return secrets;
}

/** A server that could lower the cost could guess weaker codes; ours are strong, but the rule costs nothing. */
function checkParameters({ memoryKiB, iterations, parallelism }: Argon2Parameters): void {
  const floor = KEY_WRAP_PARAMETERS;
  const isTooLow = memoryKiB < floor.memoryKiB || iterations < floor.iterations || parallelism < floor.parallelism;
  const isTooHigh =
    memoryKiB > CEILING.memoryKiB || iterations > CEILING.iterations || parallelism > CEILING.parallelism;
  if (isTooLow || isTooHigh) {
    throw new SealError('MALFORMED', `recovery: Argon2id m=${memoryKiB} t=${iterations} p=${parallelism} is refused`);
  }
}

/** Argon2id makes guessing dear; HKDF binds the result to its parameters and its owner. */
async function wrapKey(
  input: RecoveryOptions & {
    readonly code: string;
    readonly owner: RecoveryOwner;
    readonly salt: Bytes;
    readonly parameters: Argon2Parameters;
  },
): Promise<BoxKey> {
  const { owner, salt, parameters } = input;
  const password = parseRecoveryCode(input.code);
  const stretched = await argon2id({ password, salt, parameters, length: 32, ...progressOf(input) });
  const info = encode(infoCodec, { label: LABELS.recoveryKey, ...parameters, ...owner });
  const key = asKey<BoxKey>(hkdf({ ikm: stretched, salt, info, length: 32 }));
  wipe(password, stretched);
  return key;
}

function progressOf({ onProgress }: RecoveryOptions): RecoveryOptions {
  return onProgress === undefined ? {} : { onProgress };
}
