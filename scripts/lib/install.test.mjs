import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isInstalled } from './install.mjs';
import { ROOT } from './paths.mjs';

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

const X = { 'node_modules/x': { version: '1.0.0' } };

test.each([
  ['nothing is installed', null, ['node_modules/x'], false],
  ['everything of this platform is installed', X, ['node_modules/x'], true],
  ['another version is installed', { 'node_modules/x': { version: '1.0.1' } }, ['node_modules/x'], false],
  ['a package is missing from the record', {}, ['node_modules/x'], false],
  ['a package of the record has no folder', X, [], false],
])('isInstalled tells that %s', (_case, record, folders, expected) => {
  write('package-lock.json', WANTED);
  if (record !== null) write('node_modules/.package-lock.json', record);
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  expect(isInstalled(root)).toBe(expected);
});

test.each(['package-lock.json', 'bench/package-lock.json'])('%s names no download address', (path) => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
  const named = Object.entries(packages).filter(([, { resolved = '' }]) => /^\w+:/.test(resolved));
  expect(named.map(([name]) => name)).toEqual([]);
});
