import { z } from 'zod';
import type { UserId } from '../ids.ts';
import { COUNT_LIMITS } from '../limits.ts';
import { deviceListBytes, position, signature, uint32, userId } from './fields.ts';
import type { Mutation, Query } from './procedure.ts';

/** Signed device lists. */
export const deviceInputs = {
  /** Every list of each user after version `since` (0 = all). */
  lists: z.strictObject({
    users: z
      .array(z.strictObject({ userId, since: uint32 }))
      .min(1)
      .max(COUNT_LIMITS.page),
  }),
  /** Publishes the next version of the caller's own list, with devices removed. */
  update: z.strictObject({ deviceList: deviceListBytes, signature }),
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

export interface DevicesProcedures {
  readonly lists: Query<typeof deviceInputs.lists, DeviceListsAnswer>;
  readonly update: Mutation<typeof deviceInputs.update, void>;
  readonly checkpoint: Mutation<typeof deviceInputs.checkpoint, CheckpointAnswer>;
}
