import { wipe, type Bytes } from '@seal-chat/protocol';
import { leafWidth } from 'ts-mls/treemath.js';
import { sha256 } from '../kdf.ts';
import { encodeEpoch, wipeEpoch, type LibraryParts } from './epoch.ts';
import { STAMP_LENGTH, encodeRatchets, wipeRatchets } from './ratchets.ts';
import { newRatchets } from './secret-tree.ts';
import type { GroupState, MlsDeps } from './types.ts';

/** Computes SHA-256 of the epoch authenticator (RFC 9420 §8.7): tells that two are in the same state, and not which. */
export function authenticatorOf({ keySchedule }: Pick<LibraryParts, 'keySchedule'>): Bytes {
  return sha256(keySchedule.epochAuthenticator);
}

/**
 * Makes the bytes of an epoch that was just entered. Overwrites what it is handed: both the secret its messages' keys
 * come from and the library's state.
 */
export function enterEpoch(deps: MlsDeps, state: LibraryParts, encryptionSecret: Uint8Array): GroupState {
  const stamp = deps.rng(STAMP_LENGTH);
  const ratchets = newRatchets(stamp, leafWidth(state.ratchetTree.length), encryptionSecret);
  const entered = { epoch: encodeEpoch(stamp, state), ratchets: encodeRatchets(ratchets) };
  wipe(encryptionSecret);
  wipeRatchets(ratchets);
  wipeEpoch(state);
  return entered;
}
