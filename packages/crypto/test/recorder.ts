import { CHANNEL_LIMITS } from '@seal-chat/protocol';
import { processPublicMessage } from 'ts-mls/processMessages.js';
import { libraryConfig } from '../src/mls/config.ts';
import { decodeEpoch, toLibrary } from '../src/mls/epoch.ts';
import type { GroupState } from '../src/mls/index.ts';
import { cipherSuite } from '../src/mls/provider/provider.ts';
import { fromWire } from '../src/mls/wire.ts';
import { TENANT, depsFor } from './mls.ts';

/**
 * Follows a Commit from a member's state as one who records and breaks X25519 would: with every key of the member's
 * path and that of external_init, and `psk` in the place of what ML-KEM has carried.
 * @returns the epoch authenticator
 * @throws Error of the library when the Commit does not lead to what its maker has confirmed
 */
export async function follow(state: GroupState, commit: Uint8Array, psk: Uint8Array): Promise<Uint8Array> {
  const { publicMessage } = fromWire(commit, 'mls_public_message', CHANNEL_LIMITS.commit);
  const epoch = decodeEpoch(state.epoch);
  const config = libraryConfig(TENANT, () => true);
  const suite = await cipherSuite(depsFor('recorder'), epoch.suite.id, null);
  const { newState } = await processPublicMessage(
    toLibrary(epoch, config),
    publicMessage,
    { findPsk: () => psk },
    suite,
  );
  return newState.keySchedule.epochAuthenticator;
}

/** Tells whether a Commit can be followed by X25519 alone. */
export async function isOpenToX25519(state: GroupState, commit: Uint8Array): Promise<boolean> {
  return follow(state, commit, new Uint8Array(32)).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && error.message.includes('confirmation tag')) return false;
      throw error;
    },
  );
}
