import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isInstalled } from './install.mjs';

let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'seal-install-'));
  mkdirSync(join(root, 'node_modules'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path, packages) {
  writeFileSync(join(root, path), JSON.stringify({ packages }));
}

const WANTED = {
  '': {},
  'packages/a': { version: '1.0.0' },
  'node_modules/x': { version: '1.0.0' },
  'node_modules/x-other-platform': { version: '1.0.0', optional: true },
};

test.each([
  ['nothing installed', null, false],
  ['everything of this platform', { 'node_modules/x': { version: '1.0.0' } }, true],
  ['another version', { 'node_modules/x': { version: '1.0.1' } }, false],
  ['a package missing', {}, false],
])('%s', (_name, present, expected) => {
  write('package-lock.json', WANTED);
  if (present !== null) write('node_modules/.package-lock.json', present);
  expect(isInstalled(root)).toBe(expected);
});
