/** Which side of a conversation acts: 0 opened the session, 1 answered. */
export type Side = 0 | 1;

/** Two devices with a live session; both directions have been used, so no message carries a session's beginning any more. */
export interface Conversation<Plain, Sealed> {
  encrypt(from: Side, plain: Plain): Sealed | Promise<Sealed>;
  decrypt(to: Side, sealed: Sealed): Plain | Promise<Plain>;
}

/** A device that wants to talk to fresh ones, and the `count` fresh ones; keys and bundles are made beforehand. */
export interface Beginnings<Plain, Sealed> {
  /** Checks the bundle's signatures, derives the session and encrypts its first message to the `index`th device. */
  start(index: number, plain: Plain): Sealed | Promise<Sealed>;
  /** Opens that message on the `index`th device, which makes its side of the session. */
  accept(index: number, sealed: Sealed): Plain | Promise<Plain>;
}

/**
 * An implementation of the Double Ratchet. Sessions live in memory on both sides; messages go from one to the
 * other in the form in which they travel, so encoding and decoding is part of what is measured.
 */
export interface Contender<Plain, Sealed> {
  readonly name: string;
  readonly version: string;
  plaintext(length: number): Plain;
  converse(): Promise<Conversation<Plain, Sealed>>;
  begin(count: number): Promise<Beginnings<Plain, Sealed>>;
}
