/**
 * Version byte of every version 1 structure. A reader refuses versions it does not know with
 * `UNSUPPORTED_VERSION`; a new version gets a new number and old readers keep refusing it.
 */
export const WIRE_VERSION = 1;

/** Version byte of envelopes of sessions that run the post-quantum ratchet. */
export const PQ_ENVELOPE_VERSION = 2;

/** Version byte of a message body, the only structure that is not at version 1. */
export const BODY_VERSION = 2;
