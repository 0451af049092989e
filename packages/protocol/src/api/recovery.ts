import { z } from 'zod';
import type { TenantId, UserId } from '../ids.ts';
import { recoveryBlob } from './auth.ts';
import type { SignedDeviceListAnswer } from './devices.ts';
import { username } from './fields.ts';
import type { Mutation } from './procedure.ts';

/** Wrapped account keys. */
export const recoveryInputs = {
  fetch: z.strictObject({ username }),
  store: z.strictObject({ blob: recoveryBlob }),
};

export interface RecoveryAnswer {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly username: string;
  readonly blob: string;
  /** The whole chain of signed device lists, oldest first. */
  readonly chain: readonly SignedDeviceListAnswer[];
}

export interface RecoveryProcedures {
  readonly fetch: Mutation<typeof recoveryInputs.fetch, RecoveryAnswer>;
  readonly store: Mutation<typeof recoveryInputs.store, void>;
}
