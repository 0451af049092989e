/**
 * Bytes of an HTTP answer, and characters that come over a socket and are not worked off yet. The longest answer of a
 * server that follows the protocol, 100 channels of 1,000 people each, stays below.
 */
export const MOST_RECEIVED = 2 ** 24;
