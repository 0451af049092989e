import type { TrackedEnvelope } from '@trpc/server';
import { syncInputs, type SyncBatch } from '@seal-chat/protocol/api';
import { asDevice, directProcedure, router, sessionProcedure } from '../trpc/init.ts';
import type { SyncService } from './service.ts';

/** Creates the procedures of a connected device. */
export function createSyncRouter(sync: SyncService) {
  return router({
    subscribe: sessionProcedure
      .input(syncInputs.subscribe)
      .subscription(({ ctx, input, signal }): AsyncGenerator<TrackedEnvelope<SyncBatch>, void, void> => {
        const lastEventId = input.lastEventId == null ? null : Number(input.lastEventId);
        return sync.subscribe(ctx.session, ctx.connection, lastEventId, signal ?? new AbortController().signal);
      }),
    ack: directProcedure
      .input(syncInputs.ack)
      .mutation(({ ctx, input }) =>
        asDevice(ctx, { path: 'sync.ack', counted: 'here' }, (session) => sync.ack(session, input.position)),
      ),
    typing: sessionProcedure
      .input(syncInputs.typing)
      .mutation(({ ctx, input }) => sync.typing(ctx.session, input.conversationId, input.isTyping)),
    presence: sessionProcedure
      .input(syncInputs.presence)
      .mutation(({ ctx, input }) => sync.presence(ctx.session, ctx.connection, input.state)),
  });
}
