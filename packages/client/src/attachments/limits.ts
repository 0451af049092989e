import { SealError } from '@seal-chat/protocol';
import type { AttachmentLimitsAnswer } from '@seal-chat/protocol/api';
import type { AttachmentKind } from '@seal-chat/protocol/content';
import { toSealError } from '../api/errors.ts';
import type { Deps } from '../context/deps.ts';
import type { DeviceStore } from '../store/device-store.ts';

/** What a server allows is asked for again after this, ms. */
const GOOD_FOR_MS = 60_000;

const known = new WeakMap<DeviceStore, { readonly limits: AttachmentLimitsAnswer; readonly readAt: number }>();

/** What may be uploaded; null when that is not known and cannot be asked for now: the server holds it anyway. */
export async function uploadLimits(deps: Pick<Deps, 'store' | 'api' | 'now'>): Promise<AttachmentLimitsAnswer | null> {
  const last = known.get(deps.store);
  if (last !== undefined && deps.now() - last.readAt < GOOD_FOR_MS) return last.limits;
  try {
    const limits = await deps.api.attachments.limits.query({});
    known.set(deps.store, { limits, readAt: deps.now() });
    return limits;
  } catch (error) {
    if (!toSealError(error).isRetryable) throw error;
    return last?.limits ?? null;
  }
}

/** @throws SealError TOO_LARGE with `details.maxBytes` */
export function checkSize(limits: AttachmentLimitsAnswer | null, kind: AttachmentKind, size: number): void {
  if (limits === null) return;
  const maxBytes = kind === 'image' ? limits.imageBytes : limits.attachmentBytes;
  if (size > maxBytes) throw new SealError('TOO_LARGE', `files: ${size} bytes`, { maxBytes });
}
