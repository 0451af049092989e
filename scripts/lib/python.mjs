import { installPackages } from './chromium.mjs';
import { stop } from './node-version.mjs';
import { succeeds } from './run.mjs';

/** Makes sure of a Python with PyNaCl, in which the independent implementation of the protocol is written. */
export async function ensurePython() {
  if (hasPyNaCl()) return;
  if ((await installPackages(['python3', 'python3-nacl'])) && hasPyNaCl()) return;
  stop('the known-answer tests need Python 3 with PyNaCl: install python3-nacl, or "pip install pynacl".');
}

function hasPyNaCl() {
  return succeeds('python3', '-c', 'import nacl.bindings');
}
