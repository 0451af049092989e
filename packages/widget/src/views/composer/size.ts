import { SIZE_LIMITS } from '@seal-chat/client';

/** The counter appears when fewer bytes than this are left. */
const NEAR_LIMIT_BYTES = 400;
const encoder: TextEncoder = new TextEncoder();

/**
 * How many characters like those of `text` still fit into a message; negative when it is too long, `null` while the
 * limit is far. The limit counts bytes, of which a character takes one to four.
 */
export function charactersLeft(text: string): number | null {
  const mostBytes = text.length * 3;
  if (mostBytes < SIZE_LIMITS.messageText - NEAR_LIMIT_BYTES) return null;
  const bytes = encoder.encode(text).length;
  const bytesLeft = SIZE_LIMITS.messageText - bytes;
  if (bytesLeft >= NEAR_LIMIT_BYTES) return null;
  const bytesPerCharacter = bytes / text.length;
  return Math.floor(bytesLeft / bytesPerCharacter);
}
