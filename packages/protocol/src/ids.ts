import { fromHex, toHex, type Bytes } from './bytes.ts';

/**
 * Ids are UUIDs: lower-case text in JSON, URLs and code, 16 raw bytes on the wire and in the database.
 * The brands keep one kind from being passed for another.
 */
declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** A site's space on the server; nothing crosses from one to another. */
export type TenantId = Id<'TenantId'>;
/** One person within a tenant. */
export type UserId = Id<'UserId'>;
/** One browser profile, phone or process of a user; the holder of device keys. */
export type DeviceId = Id<'DeviceId'>;
/** A direct message (DM) or a channel. */
export type ConversationId = Id<'ConversationId'>;
/** Made by the sender's device; the idempotency key of a message. */
export type MessageId = Id<'MessageId'>;
/** A single-use sign-in challenge. */
export type ChallengeId = Id<'ChallengeId'>;
/** A meeting point of two devices that are being linked; derived from the linking code. */
export type LinkId = Id<'LinkId'>;
export type MethodId = Id<'MethodId'>;
/** A file that belongs to a message. */
export type AttachmentId = Id<'AttachmentId'>;

/** Any of the id types. */
export type AnyId =
  | TenantId
  | UserId
  | DeviceId
  | ConversationId
  | MessageId
  | ChallengeId
  | LinkId
  | MethodId
  | AttachmentId;

/** Bytes in the binary form of an id. */
export const ID_LENGTH = 16;

/** Text form of an id: lower-case UUID. */
export const ID_PATTERN: RegExp = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Returns the 16 bytes of an id. @throws RangeError when `id` is not a lower-case UUID. */
export function idToBytes(id: AnyId): Bytes {
  if (!ID_PATTERN.test(id)) throw new RangeError('id: expected a lower-case UUID');
  return fromHex(id.replaceAll('-', ''));
}

/** Returns the text form of 16 bytes, branded as the caller asks. @throws RangeError on another length. */
export function idFromBytes<T extends AnyId>(bytes: Uint8Array): T {
  if (bytes.length !== ID_LENGTH) throw new RangeError(`id: expected ${ID_LENGTH} bytes, got ${bytes.length}`);
  const hex = toHex(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as T;
}

/** Makes a random version 4 UUID from 16 `random` bytes (RFC 9562 §5.4). @throws RangeError on another length. */
export function newId<T extends AnyId>(random: Uint8Array): T {
  const bytes = Uint8Array.from(random);
  if (bytes.length !== ID_LENGTH) throw new RangeError(`id: expected ${ID_LENGTH} bytes, got ${bytes.length}`);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return idFromBytes<T>(bytes);
}
