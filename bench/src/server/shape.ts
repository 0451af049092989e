/** Pairs of people who write, one of each to the other. */
export const PAIRS = 50;
/** Messages each pair keeps under way in the closed loop. */
export const IN_FLIGHT = 20;
/** Characters of every message. */
export const TEXT_LENGTH = 300;
