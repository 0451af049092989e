import { createHash, randomBytes } from 'node:crypto';
import type { Bytes } from '@seal-chat/protocol';

/** A bearer token and what the database keeps of it. */
export interface Token {
  /** base64url text of 32 random bytes. */
  readonly text: string;
  /** SHA-256 of the text: a copy of the database signs nobody in. */
  readonly hash: Bytes;
}

/** A token that nobody can guess. */
export function newToken(): Token {
  const text = randomBytes(32).toString('base64url');
  return { text, hash: hashToken(text) };
}

/** What the database keeps of the token `text`. */
export function hashToken(text: string): Bytes {
  return Uint8Array.from(createHash('sha256').update(text).digest());
}
