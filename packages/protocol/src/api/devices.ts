import { z } from 'zod';
import type { DeviceId, UserId } from '../ids.ts';
import { COUNT_LIMITS } from '../limits.ts';
import { deviceId, deviceListBytes, envelopeBytes, position, signature, uint32, userId } from './fields.ts';
import type { Mutation, Query } from './procedure.ts';
import { vaultUpload } from './vault.ts';

/** Signed device lists. */
export const deviceInputs = {
  /** Every list of each user after version `since`; 0 asks for the newest alone, which needs none before it. */
  lists: z.strictObject({
    users: z
      .array(z.strictObject({ userId, since: uint32 }))
      .min(1)
      .max(COUNT_LIMITS.page),
  }),
  /** Publishes the next version of the caller's own list, with devices removed or another vault. */
  update: z.strictObject({
    deviceList: deviceListBytes,
    signature,
    /** The vault that the list names, where that is another one than before; null otherwise. */
    vault: vaultUpload.nullable(),
  }),
  /** Publishes the next version of the caller's own list under a new account key, and what must change with it. */
  replaceKey: z.strictObject({
    deviceList: deviceListBytes,
    signature,
    /** The vault that opens the new key; null for an account without unlock ways. */
    vault: vaultUpload.nullable(),
    /** The new key for the account's other devices, each sealed on its session. */
    shares: z.array(z.strictObject({ deviceId, envelope: envelopeBytes })).max(COUNT_LIMITS.devicesPerUser),
  }),
  /** The caller's local store is at revision `rev`; the answer says whether the server has seen a later one. */
  checkpoint: z.strictObject({ rev: position }),
};

/** Bytes that were signed, and the signature. */
export interface SignedDeviceListAnswer {
  readonly bytes: string;
  readonly signature: string;
}

export interface DeviceListsAnswer {
  readonly lists: readonly { readonly userId: UserId; readonly chain: readonly SignedDeviceListAnswer[] }[];
}

/** Whether the server has seen a later revision of this device's store: it was rolled back. */
export interface CheckpointAnswer {
  readonly rollback: boolean;
}

/** The present account key, sealed by another device of the account for the one that asks. */
export interface KeyShareAnswer {
  readonly senderDeviceId: DeviceId;
  readonly envelope: string;
}

export interface DevicesProcedures {
  readonly lists: Query<typeof deviceInputs.lists, DeviceListsAnswer>;
  readonly update: Mutation<typeof deviceInputs.update, void>;
  readonly replaceKey: Mutation<typeof deviceInputs.replaceKey, void>;
  /** Null when none is there for the caller. */
  readonly keyShare: Query<null, KeyShareAnswer | null>;
  readonly checkpoint: Mutation<typeof deviceInputs.checkpoint, CheckpointAnswer>;
}
