import type { Bytes } from '@seal-chat/protocol';
import type { ChallengeAnswer } from '@seal-chat/protocol/api';

/** A server's challenge, with its nonce as bytes. */
export interface Challenge extends Omit<ChallengeAnswer, 'nonce'> {
  readonly nonce: Bytes;
}
