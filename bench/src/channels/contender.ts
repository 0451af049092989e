/** A channel of one sender and one receiver among many; all keys of the others exist, none of them acts. */
export interface Channel<Sealed> {
  encrypt(plaintext: Uint8Array): Promise<Sealed>;
  decrypt(sealed: Sealed): Promise<Uint8Array>;
  /** Bytes on the wire. */
  lengthOf(sealed: Sealed): number;
}

/** What a change of the members costs. */
export interface Membership {
  /** The first member renews its keys: with the tree as new as it is, for each of the others apart. */
  commit(): Promise<unknown>;
  /** Another member follows that. */
  process(commit: unknown): Promise<void>;
  /** A member enters by the Welcome it was made with. */
  join(): Promise<void>;
  readonly commitLength: number;
  readonly welcomeLength: number;
}

/** A way to encrypt for many. */
export interface Contender<Sealed> {
  readonly name: string;
  readonly version: string;
  open(members: number): Promise<{ readonly channel: Channel<Sealed>; readonly membership: Membership | null }>;
}
