import { attachmentInputs } from '@seal-chat/protocol/api';
import { router, sessionProcedure } from '../trpc/init.ts';
import type { AttachmentsService } from './service.ts';

/** Creates the procedures around the transfer of files; their bytes go by plain HTTP. */
export function createAttachmentsRouter(attachments: AttachmentsService) {
  return router({
    limits: sessionProcedure.input(attachmentInputs.limits).query(({ ctx }) => attachments.limits(ctx.session)),
    create: sessionProcedure
      .input(attachmentInputs.create)
      .mutation(({ ctx, input }) => attachments.create(ctx.session, input)),
    cancel: sessionProcedure
      .input(attachmentInputs.cancel)
      .mutation(({ ctx, input }) => attachments.cancel(ctx.session, input.attachmentId)),
  });
}
