import { z } from 'zod';
import type { Bytes } from '../../bytes.ts';
import { CHANNEL_LIMITS, CONTENT_LIMITS, COUNT_LIMITS } from '../../limits.ts';
import type { UserId } from '../../ids.ts';
import { bytesField, expectClearName, position, uint32, userId } from '../fields.ts';

/** Building blocks of the inputs of channels. */

/** A name of a public channel: 1 to 80 bytes, one line, compared without case. */
export const channelName: z.ZodType<string, string> = z
  .string()
  .max(CONTENT_LIMITS.channelName * 2)
  .transform((value) => value.normalize('NFC').trim())
  .refine(
    (value) => /^[^\p{C}]+$/u.test(value) && new TextEncoder().encode(value).length <= CONTENT_LIMITS.channelName,
    `expected a name of 1 to ${CONTENT_LIMITS.channelName} bytes`,
  )
  .superRefine(expectClearName)
  .meta({ description: `text[1..${CONTENT_LIMITS.channelName}]` });

/** Text that a database can hold: PostgreSQL has no character 0. */
export const storedText = (max: number): z.ZodType<string, string> =>
  z
    .string()
    .max(max)
    .refine((value) => !value.includes('\0'), 'expected text without character 0');

export const people: z.ZodType<UserId[], string[]> = z.array(userId).min(1).max(COUNT_LIMITS.page);

/** An MLS GroupInfo with the ratchet tree (RFC 9420 §12.4.3). */
export const groupInfo: z.ZodType<Bytes, string> = bytesField(1, CHANNEL_LIMITS.groupInfo);

/** SHA-256 of the MLS epoch authenticator, by which members notice that they are not in the same group state. */
export const authenticator: z.ZodType<Bytes, string> = bytesField(32);

/** How often the channel's group was replaced by a new one. */
export const incarnation: z.ZodType<number, number> = uint32;

/** An epoch of the group (RFC 9420 §2). */
export const epoch: z.ZodType<number, number> = position;
