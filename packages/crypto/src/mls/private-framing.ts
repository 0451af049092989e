import { ByteReader, ByteWriter, SealError, constantTimeEqual, type Bytes } from '@seal-chat/protocol';
import type { GroupContext } from 'ts-mls/groupContext.js';
import { readVector } from './vectors.ts';
import { writeVector } from './write-vector.ts';

/**
 * The bytes of application messages (RFC 9420 §6), without the library: every message of a channel passes here, and what
 * is decoded here has one encoding, so that nothing has to be encoded again to know that.
 */

/** ProtocolVersion mls10 and WireFormat mls_private_message, which an MLSMessage begins with. */
export const FORMAT: Bytes = Uint8Array.of(0, 1, 0, 2);
/** ContentType. */
export const APPLICATION = 1;
const REUSE_GUARD_LENGTH = 4;

/** A PrivateMessage with an application message (§6.3). */
export interface PrivateMessage {
  readonly groupId: Bytes;
  readonly epoch: bigint;
  readonly authenticatedData: Bytes;
  readonly encryptedSenderData: Bytes;
  readonly ciphertext: Bytes;
  /** SenderDataAAD (§6.3.2) and PrivateContentAAD (§6.3.1): a message begins with them. */
  readonly senderDataAad: Bytes;
  readonly contentAad: Bytes;
}

/** SenderData of §6.3.2. */
export interface SenderData {
  readonly leafIndex: number;
  readonly generation: number;
  readonly reuseGuard: Bytes;
}

type Place = Pick<PrivateMessage, 'senderDataAad' | 'contentAad'>;

/** Returns what everybody can read of a message, which its two ciphertexts cover. */
export function placeOf(groupContext: GroupContext, authenticatedData: Uint8Array): Place {
  const senderDataAad = written((out) => {
    writeVector(out, groupContext.groupId);
    writeEpoch(out, groupContext.epoch);
    out.uint(APPLICATION, 1);
  });
  const contentAad = written((out) => {
    out.bytes(senderDataAad);
    writeVector(out, authenticatedData);
  });
  return { senderDataAad, contentAad };
}

/** Returns an MLSMessage (§6) with a PrivateMessage. */
export function encodePrivateMessage(
  message: Pick<PrivateMessage, 'contentAad' | 'encryptedSenderData' | 'ciphertext'>,
): Bytes {
  return written((out) => {
    out.bytes(FORMAT);
    out.bytes(message.contentAad);
    writeVector(out, message.encryptedSenderData);
    writeVector(out, message.ciphertext);
  });
}

/**
 * Decodes an MLSMessage, which must be a PrivateMessage with an application message.
 * @param maxBytes the cap, checked before anything else
 * @throws SealError TOO_LARGE, MALFORMED also on every encoding but the one of what it says
 */
export function decodePrivateMessage(bytes: Uint8Array, maxBytes: number): PrivateMessage {
  if (bytes.length > maxBytes) throw new SealError('TOO_LARGE', `mls: ${bytes.length} bytes`, { maxBytes });
  const input = new ByteReader(bytes);
  if (!constantTimeEqual(input.bytes(FORMAT.length), FORMAT))
    throw new SealError('MALFORMED', 'mls: the message is not a PrivateMessage');
  const groupId = readVector(input);
  const epoch = readEpoch(input);
  if (input.uint(1) !== APPLICATION) throw new SealError('MALFORMED', 'mls: the message is not an application message');
  const senderDataAad = new Uint8Array(bytes.subarray(FORMAT.length, input.position));
  const authenticatedData = readVector(input);
  const contentAad = new Uint8Array(bytes.subarray(FORMAT.length, input.position));
  const [encryptedSenderData, ciphertext] = [readVector(input), readVector(input)];
  input.end();
  return { groupId, epoch, authenticatedData, encryptedSenderData, ciphertext, senderDataAad, contentAad };
}

/** Returns the 12 bytes of sender data. */
export function encodeSenderData({ leafIndex, generation, reuseGuard }: SenderData): Bytes {
  return written((out) => {
    out.uint(leafIndex, 4);
    out.uint(generation, 4);
    out.bytes(reuseGuard);
  });
}

/** Decodes sender data. @throws SealError MALFORMED on another length than 12 bytes */
export function decodeSenderData(bytes: Bytes): SenderData {
  const input = new ByteReader(bytes);
  const [leafIndex, generation] = [input.uint(4), input.uint(4)];
  const reuseGuard = input.bytes(REUSE_GUARD_LENGTH);
  input.end();
  return { leafIndex, generation, reuseGuard };
}

/** Returns PrivateMessageContent (§6.3.1), without padding: key messages are all of one length. */
export function encodeContent(applicationData: Uint8Array, signature: Bytes): Bytes {
  return written((out) => {
    writeVector(out, applicationData);
    writeVector(out, signature);
  });
}

/** Decodes PrivateMessageContent. @throws SealError MALFORMED, also when its padding is not of zeros */
export function decodeContent(bytes: Bytes): { readonly applicationData: Bytes; readonly signature: Bytes } {
  const input = new ByteReader(bytes);
  const [applicationData, signature] = [readVector(input), readVector(input)];
  if (bytes.subarray(input.position).some((byte) => byte !== 0))
    throw new SealError('MALFORMED', 'mls: the padding is not zero');
  return { applicationData, signature };
}

/** Appends an epoch, 8 bytes. */
export function writeEpoch(out: ByteWriter, epoch: bigint): void {
  out.uint(Number(epoch >> 32n), 4);
  out.uint(Number(epoch & 0xffff_ffffn), 4);
}

function readEpoch(input: ByteReader): bigint {
  const high = input.uint(4);
  return (BigInt(high) << 32n) | BigInt(input.uint(4));
}

/** Returns what `write` writes. */
export function written(write: (out: ByteWriter) => void): Bytes {
  const out = new ByteWriter();
  write(out);
  return out.finish();
}
