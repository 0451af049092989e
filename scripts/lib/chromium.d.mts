/** Path of an installed Chromium that runs; null when there is none. */
export function findChromium(): string | null;
