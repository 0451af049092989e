import { installPackages } from './chromium.mjs';
import { stop } from './node-version.mjs';
import { succeeds } from './run.mjs';

/** Makes sure of a Python with PyNaCl, in which the independent implementation of the protocol is written. */
export async function ensurePython() {
  if (hasPyNaCl()) return;
  if ((await installPackages(['python3', 'python3-nacl'])) && hasPyNaCl()) return;
  stop('the known-answer tests need Python 3 with PyNaCl: install python3-nacl, or "pip install pynacl".');
}

/** The same interpreters that packages/crypto/test/python.ts tries: a package of the system is not seen by others. */
function hasPyNaCl() {
  return ['/usr/bin/python3', 'python3'].some((interpreter) => succeeds(interpreter, '-c', 'import nacl.bindings'));
}
