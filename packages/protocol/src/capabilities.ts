/**
 * What a device can speak beyond version 1, as bits of `Device.capabilities`. The account signs them, so that no server
 * can talk two devices down to an older protocol: what is sent is what the signed list says, and never less than was
 * seen before.
 */
export const CAPABILITIES = {
  /** Direct messages with the post-quantum ratchet. */
  pqRatchet: 1,
} as const;
