import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { succeeds } from './run.mjs';

/** Where `npm test` makes an environment of its own when it may install and the system has no package manager it knows. */
export const PYTHON_ENVIRONMENT = join(ROOT, 'node_modules', '.cache', 'seal-python');

/** What has to be there for the second implementation of the cryptography and for the bot. */
export const PYNACL = 'PyNaCl==1.6.2';

/**
 * A Python 3 with PyNaCl; null when there is none. `SEAL_PYTHON` in the environment comes first. A package of the
 * system is seen by the system's interpreter alone, which need not be the first on the PATH.
 */
export function findPython() {
  const own = process.env.SEAL_PYTHON;
  const names = ['python3', '/usr/bin/python3', join(PYTHON_ENVIRONMENT, 'bin', 'python3')];
  return [...(own ? [own] : []), ...names].find((path) => succeeds(path, '-c', 'import nacl.bindings')) ?? null;
}
