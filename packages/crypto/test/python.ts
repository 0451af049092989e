import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findPython } from '../../../scripts/lib/python.mjs';

/** What a script of packages/crypto/python prints. @throws Error that says what to install */
export function runPython(script: string): string {
  const path = fileURLToPath(new URL(`../python/${script}`, import.meta.url));
  const interpreter = findPython();
  if (interpreter === null) {
    throw new Error(
      'the second implementation needs Python 3 with PyNaCl: apt install python3-nacl, or pip install pynacl',
    );
  }
  const { status, stdout, stderr } = spawnSync(interpreter, [path], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`);
  return stdout;
}
