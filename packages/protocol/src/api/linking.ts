import { z } from 'zod';
import { SIZE_LIMITS } from '../limits.ts';
import { bytesField, linkId } from './fields.ts';
import type { Mutation, Query } from './procedure.ts';

/** Meeting points of devices that are being linked. */

const step = z.int().min(1).max(4);

export const linkingInputs = {
  open: z.strictObject({ linkId }),
  /** Writes one step; each is written once. */
  send: z.strictObject({ linkId, step, payload: bytesField(1, SIZE_LIMITS.linkPayload) }),
  receive: z.strictObject({ linkId, step }),
};

/** A meeting point was opened. */
export interface LinkAnswer {
  readonly expiresAt: number;
}

/** One step of linking; null while the other device has not written it. */
export interface LinkStepAnswer {
  readonly payload: string | null;
}

export interface LinkingProcedures {
  readonly open: Mutation<typeof linkingInputs.open, LinkAnswer>;
  readonly send: Mutation<typeof linkingInputs.send, void>;
  readonly receive: Query<typeof linkingInputs.receive, LinkStepAnswer>;
}
