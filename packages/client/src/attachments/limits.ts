import { SealError } from '@seal-chat/protocol';
import type { AttachmentLimitsAnswer } from '@seal-chat/protocol/api';
import type { AttachmentKind } from '@seal-chat/protocol/content';
import { toSealError } from '../api/errors.ts';
import type { Deps } from '../context/deps.ts';

/** What a server allows is asked for again after this, ms. */
const GOOD_FOR_MS = 60_000;

/**
 * Returns what may be uploaded; null when that is not known and cannot be asked for now: the server enforces it anyway.
 */
export type UploadLimits = () => Promise<AttachmentLimitsAnswer | null>;

export function createUploadLimits({ api, now }: Pick<Deps, 'api' | 'now'>): UploadLimits {
  let last: { readonly limits: AttachmentLimitsAnswer; readonly readAt: number } | null = null;
  return async () => {
    if (last !== null && now() - last.readAt < GOOD_FOR_MS) return last.limits;
    try {
      const limits = await api.attachments.limits.query({});
      last = { limits, readAt: now() };
      return limits;
    } catch (error) {
      if (!toSealError(error).isRetryable) throw error;
      return last?.limits ?? null;
    }
  };
}

/** Refuses a file that is larger than the server takes. @throws SealError TOO_LARGE with `details.maxBytes` */
export function checkSize(limits: AttachmentLimitsAnswer | null, kind: AttachmentKind, size: number): void {
  if (limits === null) return;
  const maxBytes = kind === 'image' ? limits.imageBytes : limits.attachmentBytes;
  if (size > maxBytes) throw new SealError('TOO_LARGE', `attachment: ${size} bytes`, { maxBytes });
}
