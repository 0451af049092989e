import { SealError } from '@seal-chat/protocol';
import { deviceInputs, type CheckpointAnswer, type DeviceListsAnswer } from '@seal-chat/protocol/api';
import { router, sessionProcedure } from '../trpc/init.ts';

export const devicesRouter = router({
  lists: sessionProcedure.input(deviceInputs.lists).query(async (): Promise<DeviceListsAnswer> => {
    throw new SealError('UNAVAILABLE');
  }),
  update: sessionProcedure.input(deviceInputs.update).mutation(async (): Promise<void> => {
    throw new SealError('UNAVAILABLE');
  }),
  checkpoint: sessionProcedure.input(deviceInputs.checkpoint).mutation(async (): Promise<CheckpointAnswer> => {
    throw new SealError('UNAVAILABLE');
  }),
});
