import { tracked, type TrackedEnvelope } from '@trpc/server';
import { SealError } from '@seal-chat/protocol';
import { syncInputs, type SyncBatch } from '@seal-chat/protocol/api';
import { router, sessionProcedure } from '../trpc/init.ts';

export const syncRouter = router({
  subscribe: sessionProcedure.input(syncInputs.subscribe).subscription(async function* (): AsyncGenerator<
    TrackedEnvelope<SyncBatch>
  > {
    yield tracked('0', { events: [] });
    throw new SealError('UNAVAILABLE');
  }),
  ack: sessionProcedure.input(syncInputs.ack).mutation(async (): Promise<void> => {
    throw new SealError('UNAVAILABLE');
  }),
  typing: sessionProcedure.input(syncInputs.typing).mutation(async (): Promise<void> => {
    throw new SealError('UNAVAILABLE');
  }),
  presence: sessionProcedure.input(syncInputs.presence).mutation(async (): Promise<void> => {
    throw new SealError('UNAVAILABLE');
  }),
});
