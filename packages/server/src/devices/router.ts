import { deviceInputs } from '@seal-chat/protocol/api';
import { publicProcedure, router, sessionProcedure } from '../trpc/init.ts';
import type { DevicesService } from './service.ts';

/** Creates the procedures of signed device lists. */
export function createDevicesRouter(devices: DevicesService) {
  return router({
    /** Public keys are in the open: a device that is being linked verifies its account's lists before it has a session. */
    lists: publicProcedure
      .input(deviceInputs.lists)
      .query(({ ctx, input }) => devices.lists(ctx.tenant.tenantId, input.users)),
    update: sessionProcedure
      .input(deviceInputs.update)
      .mutation(({ ctx, input }) => devices.update(ctx.session, input)),
    replaceKey: sessionProcedure
      .input(deviceInputs.replaceKey)
      .mutation(({ ctx, input }) => devices.replaceKey(ctx.session, input)),
    keyShare: sessionProcedure.query(({ ctx }) => devices.keyShare(ctx.session)),
    checkpoint: sessionProcedure
      .input(deviceInputs.checkpoint)
      .mutation(({ ctx, input }) => devices.checkpoint(ctx.session, input.rev)),
  });
}
