import { z } from 'zod';
import type { TenantId, UserId } from '../ids.ts';
import { COUNT_LIMITS, SIZE_LIMITS } from '../limits.ts';
import { bytesField, challengeId, signature, username } from './fields.ts';
import type { Mutation, Query } from './procedure.ts';

/** What an account's unlock ways open: stored by the server, which can read none of it. */

/** A signed vault with the records of all its methods. */
export const vaultUpload = z.strictObject({
  vault: bytesField(1, SIZE_LIMITS.vault),
  signature,
  records: z.array(bytesField(1, SIZE_LIMITS.methodRecord)).max(COUNT_LIMITS.unlockMethods),
});

export const vaultInputs = {
  /** The account of that name, for who proves to know one of its recovery codes. */
  unlock: z.strictObject({ username, challengeId, signature }),
};

/** A vault of the caller's own account, with all its methods. */
export interface VaultAnswer {
  readonly vault: string;
  readonly signature: string;
  readonly records: readonly string[];
}

/** A vault with the one method that was proved, and whose it is. */
export interface UnlockAnswer {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly username: string;
  readonly vault: string;
  readonly signature: string;
  readonly record: string;
}

export interface VaultProcedures {
  readonly unlock: Mutation<typeof vaultInputs.unlock, UnlockAnswer>;
  /** Null for an account without unlock ways. */
  readonly get: Query<null, VaultAnswer | null>;
}
