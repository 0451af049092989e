import { KEM_CIPHERTEXT_LENGTH, SealError, asKey, wipe, type Bytes, type KemPublicKey } from '@seal-chat/protocol';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import type { Extension } from 'ts-mls/extension.js';
import type { GroupInfo } from 'ts-mls/groupInfo.js';
import type { KemSecret } from '../keys.ts';
import { externalDoorSeed } from './door-psks.ts';
import { onlyExtension } from './extensions.ts';
import type { MlsDeps } from './types.ts';

/** GroupInfo extension of private use (RFC 9420 §17.3): the ML-KEM key by which devices join externally. */
const EXTERNAL_DOOR_KEY = 0xf5e2;

/** Bytes of authenticated data in an external Commit: the ciphertext for that key. */
export const EXTERNAL_DOOR_LENGTH: number = KEM_CIPHERTEXT_LENGTH;

type DoorDeps = Pick<MlsDeps, 'kem'>;

/** Makes the extension for the GroupInfo of an epoch. All members make the same key of it. */
export async function externalDoorKey(
  { kem }: DoorDeps,
  exporterSecret: Uint8Array,
  suite: CiphersuiteImpl,
): Promise<Extension> {
  const seed = await externalDoorSeed(exporterSecret, suite);
  const extensionData = await (await kem()).publicKey(seed);
  wipe(seed);
  return { extensionType: EXTERNAL_DOOR_KEY, extensionData };
}

/**
 * Makes a secret for the members of a GroupInfo's epoch, and the ciphertext that carries it to them.
 * @throws SealError MALFORMED when the GroupInfo has no such key, or it is no ML-KEM key
 */
export async function enterExternalDoor(
  { kem }: DoorDeps,
  { extensions }: Pick<GroupInfo, 'extensions'>,
): Promise<{ readonly sharedSecret: KemSecret; readonly ciphertext: Bytes }> {
  const key = onlyExtension(extensions, EXTERNAL_DOOR_KEY);
  if (key === null) throw new SealError('MALFORMED', 'mls: GroupInfo has no post-quantum key');
  return (await kem()).encapsulate(asKey<KemPublicKey>(key));
}

/** Opens what a joining device made for the members of an epoch. @throws SealError MALFORMED on a wrong length */
export async function openExternalDoor(
  { kem }: DoorDeps,
  exporterSecret: Uint8Array,
  ciphertext: Uint8Array,
  suite: CiphersuiteImpl,
): Promise<KemSecret> {
  const seed = await externalDoorSeed(exporterSecret, suite);
  try {
    return await (await kem()).decapsulate(seed, Uint8Array.from(ciphertext));
  } finally {
    wipe(seed);
  }
}
