import { createHash, randomBytes } from 'node:crypto';
import type { Bytes } from '@seal-chat/protocol';

/** A bearer token and what the database keeps of it. */
export interface Token {
  /** base64url text of 32 random bytes. */
  readonly text: string;
  /** SHA-256 of the text: a copy of the database is no use for signing in. */
  readonly hash: Bytes;
}

/** Makes a token of 32 random bytes. */
export function newToken(): Token {
  const text = randomBytes(32).toString('base64url');
  return { text, hash: hashToken(text) };
}

/** Hashes the token `text` for the database. */
export function hashToken(text: string): Bytes {
  return Uint8Array.from(createHash('sha256').update(text).digest());
}
