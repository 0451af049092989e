import { z } from 'zod';
import { base64Length, fromBase64 } from '../base64.ts';
import type { Bytes } from '../bytes.ts';
import {
  ID_PATTERN,
  type AnyId,
  type AttachmentId,
  type ConversationId,
  type DeviceId,
  type LinkId,
  type MethodId,
  type MessageId,
  type UserId,
  type ChallengeId,
} from '../ids.ts';
import { CONTENT_LIMITS, COUNT_LIMITS, MESSAGE_LIFETIMES, SIZE_LIMITS } from '../limits.ts';
import { nameProblem } from './names.ts';

/**
 * Building blocks of the procedures' inputs. On the wire bytes are base64url text; behind the schema they are bytes. The
 * description of a schema is what `docs/API.md` writes for it.
 */

function idField<T extends AnyId>(): z.ZodType<T, string> {
  return z
    .string()
    .regex(ID_PATTERN, 'expected a lower-case UUID')
    .transform((value) => value as T)
    .meta({ description: 'id' });
}

export const userId: z.ZodType<UserId, string> = idField<UserId>();
export const deviceId: z.ZodType<DeviceId, string> = idField<DeviceId>();
export const conversationId: z.ZodType<ConversationId, string> = idField<ConversationId>();
export const messageId: z.ZodType<MessageId, string> = idField<MessageId>();
export const challengeId: z.ZodType<ChallengeId, string> = idField<ChallengeId>();
export const attachmentId: z.ZodType<AttachmentId, string> = idField<AttachmentId>();
export const linkId: z.ZodType<LinkId, string> = idField<LinkId>();
export const methodId: z.ZodType<MethodId, string> = idField<MethodId>();

/** base64url text of `min` to `max` bytes (exactly `min` when `max` is left out). */
export function bytesField(min: number, max: number = min): z.ZodType<Bytes, string> {
  return z
    .string()
    .max(base64Length(max), `expected at most ${max} bytes`)
    .transform((value, context) => {
      const bytes = fromBase64(value);
      if (bytes === null || bytes.length < min) {
        context.addIssue({
          code: 'custom',
          message: bytes === null ? 'expected base64url' : `expected at least ${min} bytes`,
        });
        return z.NEVER;
      }
      return bytes;
    })
    .meta({ description: min === max ? `bytes[${max}]` : `bytes[${min}..${max}]` });
}

export const uint32: z.ZodType<number, number> = z.int().min(0).max(0xffff_ffff).meta({ description: 'u32' });
/** A position or sequence number: 0 means "before the first". */
export const position: z.ZodType<number, number> = z.int().min(0).meta({ description: 'u53' });
export const pageSize: z.ZodType<number, number> = z.int().min(1).max(COUNT_LIMITS.page);

/**
 * A user name: letters, digits and `._-`, beginning with a letter or digit; compared without case. Its letters are of
 * one script, or of those that are written together, and all of it can be seen: see `names.ts`.
 */
export const username: z.ZodType<string, string> = z
  .string()
  .max(SIZE_LIMITS.usernameMax * 4)
  .transform((value) => value.normalize('NFKC').trim())
  .pipe(
    z
      .string()
      .min(SIZE_LIMITS.usernameMin, `a name has at least ${SIZE_LIMITS.usernameMin} characters`)
      .max(SIZE_LIMITS.usernameMax, `a name has at most ${SIZE_LIMITS.usernameMax} characters`)
      .regex(
        /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u,
        'a name has letters, digits, dots, hyphens and underscores, and begins with a letter or digit',
      )
      .superRefine(expectClearName),
  )
  .meta({ description: 'username' });

/** Refuses names that nobody could be sure of, and says why. */
export function expectClearName(name: string, context: z.RefinementCtx): void {
  const problem = nameProblem(name);
  if (problem !== null) context.addIssue({ code: 'custom', message: `the name ${problem}` });
}

export const deviceListBytes: z.ZodType<Bytes, string> = bytesField(1, SIZE_LIMITS.deviceList);
export const signature: z.ZodType<Bytes, string> = bytesField(64);
export const envelopeBytes: z.ZodType<Bytes, string> = bytesField(1, SIZE_LIMITS.envelope);
export const sealedBodyBytes: z.ZodType<Bytes, string> = bytesField(1, SIZE_LIMITS.sealedBody);

/**
 * The message disappears this long after it was accepted, seconds. An edit goes with its target, which may have less
 * left than the shortest lifetime.
 */
export const lifetimeSeconds: z.ZodType<number, number> = z.int().min(1).max(MESSAGE_LIFETIMES.at(-1)!);
/** Uploaded files that live as long as the message. */
export const attachmentIds: z.ZodType<AttachmentId[], string[]> = z.array(attachmentId).max(CONTENT_LIMITS.attachments);
