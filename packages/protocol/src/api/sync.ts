import { z } from 'zod';
import { position } from './fields.ts';
import { presenceInputs, type PresenceProcedures } from './presence.ts';
import type { Mutation, Subscription, Tracked } from './procedure.ts';
import type { SyncBatch } from './sync-events.ts';

/** What reaches a device while it is connected. */
export const syncInputs = {
  /** `lastEventId` is the position of the last event the device has stored; tRPC fills it in when it reconnects. */
  subscribe: z.strictObject({
    lastEventId: z
      .string()
      .regex(/^\d{1,15}$/)
      .nullish(),
  }),
  /** Everything up to and including `position` is stored on the device and may be deleted from its mailbox. */
  ack: z.strictObject({ position }),
  ...presenceInputs,
};

export interface SyncProcedures extends PresenceProcedures {
  /** Follows the device's mailbox; an event's id is the highest position sent so far. */
  readonly subscribe: Subscription<typeof syncInputs.subscribe, Tracked<SyncBatch>>;
  readonly ack: Mutation<typeof syncInputs.ack, void>;
}
