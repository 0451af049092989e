import { SIZE_LIMITS, SealError, utf8 } from '@seal-chat/protocol';

/** Names of browsers by what their user agent has, the more particular first. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg(?:A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/(?:Firefox|FxiOS)\//, 'Firefox'],
  [/(?:Chrome|CriOS)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
  [/Node\.js\//, 'Node.js'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/CrOS/, 'ChromeOS'],
  [/Windows/, 'Windows'],
  [/Mac OS|Macintosh/, 'macOS'],
  [/Linux/, 'Linux'],
];

/**
 * Returns what the person's other devices call this one: what the application says, or browser and system.
 *
 * @throws SealError BAD_INPUT when the name of the application is too long or not well-formed
 */
export function deviceNameOf(given: string | null): string {
  if (given === null) return describe(globalThis.navigator?.userAgent ?? '');
  if (!given.isWellFormed() || utf8(given).length > SIZE_LIMITS.deviceName) {
    throw new SealError('BAD_INPUT', `client: a device name has at most ${SIZE_LIMITS.deviceName} bytes`);
  }
  return given;
}

function describe(userAgent: string): string {
  const find = (names: typeof BROWSERS) => names.find(([pattern]) => pattern.test(userAgent))?.[1];
  return [find(BROWSERS), find(SYSTEMS)].filter((name) => name !== undefined).join(', ');
}
