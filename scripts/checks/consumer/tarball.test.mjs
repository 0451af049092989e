import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from '../../lib/paths.mjs';
import { checkTarball } from './tarball.mjs';

let root;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'seal-tarball-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const MANIFEST = {
  name: '@seal-chat/box',
  description: 'A box',
  license: 'Apache-2.0',
  keywords: ['box'],
  homepage: 'https://example.org',
  bugs: 'https://example.org/bugs',
  repository: { type: 'git', url: 'git+https://example.org/box.git', directory: 'packages/box' },
  engines: { node: '>=20' },
  publishConfig: { access: 'public' },
  sideEffects: false,
  exports: {
    '.': { 'seal-source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './v1/*': './dist/v1/*',
    './package.json': './package.json',
  },
  dependencies: { '@seal-chat/protocol': '0.1.0', lit: '3.3.3' },
};
const FILES = {
  LICENSE: readFileSync(join(ROOT, 'LICENSE'), 'utf8'),
  'package.json': '{}',
  'src/index.ts': '',
  'dist/index.d.ts': '',
  'dist/index.js': '',
  'dist/index.js.map': '{"sources":["../src/index.ts"]}',
  'dist/v1/seal-chat.js': '',
};

/** What is found in a tarball of these files; `undefined` leaves a file or field out. */
function problemsOf({ files = {}, manifest = {} } = {}) {
  const all = Object.entries({ ...FILES, ...files }).filter(([, text]) => text !== undefined);
  for (const [path, text] of all) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const one = { root, manifest: { ...MANIFEST, ...manifest }, files: all.map(([path]) => path) };
  return checkTarball(one, ['@seal-chat/box', '@seal-chat/protocol']);
}

test('a tarball with all that belongs in one is in order', () => {
  expect(problemsOf()).toEqual([]);
});

test.each([
  ['state of the compiler', { files: { 'dist/tsconfig.tsbuildinfo': '' } }, /holds dist\/tsconfig.tsbuildinfo/],
  ['the demo', { files: { 'dist/demo/index.html': '' } }, /holds dist\/demo/],
  ['a compressed copy', { files: { 'dist/v1/seal-chat.js.br': '' } }, /holds dist\/v1\/seal-chat.js.br/],
  ['a test', { files: { 'src/index.test.ts': '' } }, /holds src\/index.test.ts/],
  [
    'a map of a source that is not packed',
    { files: { 'dist/index.js.map': '{"sources":["../src/old.ts"]}' } },
    /src\/old/,
  ],
  ['an export of a file that is not packed', { files: { 'src/index.ts': undefined } }, /names .\/src\/index.ts/],
  ['an export of an empty folder', { files: { 'dist/v1/seal-chat.js': undefined } }, /names .\/dist\/v1\/\*/],
  ['no licence', { files: { LICENSE: undefined } }, /no LICENSE/],
  ['another licence', { files: { LICENSE: 'MIT' } }, /not that of the repository/],
  ['no repository', { manifest: { repository: undefined } }, /lacks repository/],
  ['a package that is not public', { manifest: { publishConfig: {} } }, /lacks publishConfig.access/],
  [
    'a private package among the dependencies',
    { manifest: { dependencies: { '@seal-chat/server': '0.1.0' } } },
    /server/,
  ],
])('%s is reported', (_name, change, expected) => {
  expect(problemsOf(change)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
});

test('code without types is reported', () => {
  const exports = { ...MANIFEST.exports, '.': { default: './dist/index.js' } };
  expect(problemsOf({ manifest: { exports } })).toEqual(['@seal-chat/box: the export . has no types']);
});
