import { z } from 'zod';
import { ATTACHMENT_LIMITS } from '../limits.ts';
import { attachmentId, conversationId } from './fields.ts';
import type { Mutation, Query } from './procedure.ts';

/**
 * Attachments: ciphertext in parts of `chunksPerPart` STREAM chunks. Parts are written with
 * `PUT /v1/attachments/<id>/<part>` and the whole is read with `GET /v1/attachments/<id>`, ranges included, both with
 * `Authorization: Bearer <access token>` and the app key as every call has it.
 */
export const attachmentInputs = {
  /** What this tenant allows. */
  limits: z.strictObject({}),
  /** Announces an upload by its length as ciphertext. The same id again answers how far the upload is. */
  create: z.strictObject({
    attachmentId,
    conversationId,
    size: z
      .int()
      .min(ATTACHMENT_LIMITS.tag)
      .max(2 * ATTACHMENT_LIMITS.maxSize),
  }),
  /** Gives an upload up. */
  cancel: z.strictObject({ attachmentId }),
};

export interface AttachmentLimitsAnswer {
  /** Bytes of a file, and of an image, before encryption. */
  readonly attachmentBytes: number;
  readonly imageBytes: number;
}

export interface UploadAnswer {
  /** Bytes of every part but the last. */
  readonly partSize: number;
  readonly parts: number;
  /** Parts the server has, in order. */
  readonly stored: readonly number[];
}

export interface AttachmentsProcedures {
  readonly limits: Query<typeof attachmentInputs.limits, AttachmentLimitsAnswer>;
  readonly create: Mutation<typeof attachmentInputs.create, UploadAnswer>;
  readonly cancel: Mutation<typeof attachmentInputs.cancel, void>;
}
