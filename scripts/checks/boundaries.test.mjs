import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from '../lib/paths.mjs';
import { findViolations } from './boundaries.mjs';

const PACKAGES = ['protocol', 'crypto', 'client', 'widget', 'server'];
let root;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'seal-boundaries-'));
  for (const name of PACKAGES) {
    mkdirSync(join(root, 'packages', name, 'src'), { recursive: true });
    cpSync(join(ROOT, 'packages', name, 'package.json'), join(root, 'packages', name, 'package.json'));
  }
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function plant(path, source) {
  mkdirSync(dirname(join(root, 'packages', path)), { recursive: true });
  writeFileSync(join(root, 'packages', path), source);
}

test('this repository is in order', () => {
  expect(findViolations(ROOT)).toEqual([]);
});

test.each([
  ['protocol/src/a.ts', "import { seal } from '@seal-chat/crypto';", /package.json does not name/],
  ['crypto/src/a.ts', "import { readFileSync } from 'node:fs';", /uses node:fs/],
  ['crypto/src/a.ts', 'export const now = () => Date.now();', /uses Date/],
  ['crypto/src/a.ts', 'export const r = Math.random();', /uses Math.random/],
  ['crypto/src/a.ts', 'globalThis.fetch("/x");', /uses globalThis.fetch/],
  ['crypto/src/deep/a.ts', 'export function log(x: string) { console.log(x); }', /uses console/],
  ['crypto/src/a.ts', "import { x } from '../../protocol/src/ids.ts';", /leaves its package/],
  ['server/src/a.ts', "import { seal } from '@seal-chat/crypto';", /may not import @seal-chat\/crypto/],
  ['server/src/a.ts', "export { seal } from '@seal-chat/crypto';", /may not import @seal-chat\/crypto/],
  ['server/src/a.ts', "const c = await import('@seal-chat/crypto');", /may not import @seal-chat\/crypto/],
  ['client/src/a.ts', "import { appRouter } from '@seal-chat/server';", /types alone/],
  ['client/src/a.ts', "import { type A, b } from '@seal-chat/server';", /types alone/],
  ['client/src/a.ts', "import { open } from 'node:fs/promises';", /uses node:fs/],
  ['client/src/a.ts', "import left from 'left-pad';", /package.json does not name/],
  ['widget/src/a.ts', "import type { AppRouter } from '@seal-chat/server';", /does not name/],
])('a violation planted in %s is found: %s', (path, source, expected) => {
  plant(path, source);
  expect(findViolations(root)).toEqual([expect.stringMatching(expected)]);
});

test.each([
  ['client/src/a.ts', "import type { AppRouter } from '@seal-chat/server';"],
  ['client/src/node/a.ts', "import { open } from 'node:fs/promises';"],
  ['server/src/a.ts', "import { verify } from '@seal-chat/crypto/verify'; import 'node:fs';"],
  ['crypto/src/a.ts', '/** Never Date.now() or fetch(). */ export const x = (o: { Date: number }) => o.Date;'],
  ['crypto/src/a.test.ts', 'console.log(Date.now());'],
])('what is allowed in %s passes: %s', (path, source) => {
  plant(path, source);
  expect(findViolations(root)).toEqual([]);
});

test('a dependency against the arrows is found in package.json', () => {
  const manifest = { dependencies: { '@seal-chat/client': '0.1.0' } };
  writeFileSync(join(root, 'packages/crypto/package.json'), JSON.stringify(manifest));
  expect(findViolations(root)).toEqual(['packages/crypto/package.json: depends on @seal-chat/client']);
});
