import fc from 'fast-check';

const SURROGATES = 0xd800;
const SURROGATE_COUNT = 0x800;

/** Any character that UTF-8 has; fast-check's unit `binary` is the same, after two seconds of preparation. */
export const anyCharacter = fc
  .integer({ min: 0, max: 0x10_ffff - SURROGATE_COUNT })
  .map((n) => String.fromCodePoint(n < SURROGATES ? n : n + SURROGATE_COUNT));
