/** A Python 3 with PyNaCl: SEAL_PYTHON, python3, /usr/bin/python3 or that of `npm test`; null when there is none. */
export function findPython(): string | null;
