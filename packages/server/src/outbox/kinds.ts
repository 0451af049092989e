/** What a row of the outbox says, as numbers that stay: the functions of the database write them. */
export const OUTBOX_KINDS = {
  /** A batch of direct messages: what waits for people, and usage. */
  messages: 1,
  /** Devices have few keys left: they are told. */
  keysLow: 2,
  /** Usage. */
  usage: 3,
  /** A batch of messages of channels: usage. */
  channelMessages: 4,
} as const;
