import { SealError } from '@seal-chat/protocol';
import { deviceInputs, type CheckpointAnswer, type DeviceListsAnswer } from '@seal-chat/protocol/api';
import { publicProcedure, router, sessionProcedure } from '../trpc/init.ts';

export const devicesRouter = router({
  /** Public keys are in the open: a device that is being linked verifies its account's lists before it has a session. */
  lists: publicProcedure.input(deviceInputs.lists).query(async (): Promise<DeviceListsAnswer> => {
    throw new SealError('UNAVAILABLE');
  }),
  update: sessionProcedure.input(deviceInputs.update).mutation(async (): Promise<void> => {
    throw new SealError('UNAVAILABLE');
  }),
  checkpoint: sessionProcedure.input(deviceInputs.checkpoint).mutation(async (): Promise<CheckpointAnswer> => {
    throw new SealError('UNAVAILABLE');
  }),
});
