import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ROOT } from '../lib/paths.mjs';
import { findViolations } from './boundaries.mjs';

/** Lists without entries: planted packages have none of the rooms, circles and files of this repository. */
const NO_LISTS = {
  ROOMS: {},
  FOLDERS_WITHOUT_CIRCLES: ['client', 'server'],
  KNOWN_CIRCLES: {},
  PAGE_FILES: [],
  CLIENT_FILES: [],
};
const PACKAGES = ['protocol', 'crypto', 'client', 'ui', 'widget', 'server'];
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
  ['server/src/a.ts', "import { connect } from './db/connect.ts';", /a.ts may make no client of the database/],
  [
    'server/src/deep/a.ts',
    "import { PrismaClient } from '../generated/client.ts';",
    /may make no client of the database/,
  ],
  ['client/src/a.ts', "import { createApp } from '@seal-chat/server';", /does not name/],
  ['client/src/a.ts', "import type { AppRouter } from '@seal-chat/server';", /does not name/],
  ['client/src/a.ts', "import { open } from 'node:fs/promises';", /uses node:fs/],
  ['client/src/a.ts', "import left from 'left-pad';", /package.json does not name/],
  ['ui/src/a.ts', "import { isSealError } from '@seal-chat/client';", /package.json does not name/],
  ['widget/src/a.ts', "import type { AppRouter } from '@seal-chat/server';", /does not name/],
  ['widget/src/a.ts', "export type Router = import('@seal-chat/server').AppRouter;", /does not name/],
  ['widget/src/a.ts', 'document.title = "";', /a.ts may not name document/],
  ['widget/src/a.ts', 'globalThis.location.reload();', /a.ts may not name globalThis.location/],
  ['widget/src/deep/a.ts', 'window.addEventListener("blur", console.log);', /deep\/a.ts may not name window/],
])('a violation planted in %s is found: %s', (path, source, expected) => {
  plant(path, source);
  expect(findViolations(root, NO_LISTS)).toEqual([expect.stringMatching(expected)]);
});

test.each([
  ['client/src/a.ts', "import type { SealRouter } from '@seal-chat/protocol/api';"],
  ['client/src/node/a.ts', "import { open } from 'node:fs/promises';"],
  ['server/src/a.ts', "import { verify } from '@seal-chat/crypto/verify'; import 'node:fs';"],
  ['crypto/src/a.ts', '/** Never Date.now() or fetch(). */ export const x = (o: { Date: number }) => o.Date;'],
  ['crypto/src/a.ts', "import { box } from './box.ts'; export type Fetch = typeof box.fetch;"],
  ['widget/src/a.ts', "import { tokens } from '@seal-chat/ui';"],
  ['crypto/src/a.test.ts', 'console.log(Date.now());'],
  ['widget/src/a.ts', 'export const page = (node: Node & { location: 1 }) => [node.ownerDocument, node.location];'],
])('what is allowed in %s passes: %s', (path, source) => {
  plant(path, source);
  expect(findViolations(root, NO_LISTS)).toEqual([]);
});

test('a dependency against the arrows is found in package.json', () => {
  const manifest = { dependencies: { '@seal-chat/client': '0.1.0' } };
  writeFileSync(join(root, 'packages/crypto/package.json'), JSON.stringify(manifest));
  expect(findViolations(root, NO_LISTS)).toEqual(['packages/crypto/package.json: depends on @seal-chat/client']);
});

describe('circles between files', () => {
  test.each([
    ['static imports', "import './b.ts';", "import './a.ts';"],
    ['types', "import type { B } from './b.ts'; export type A = B;", "export type B = import('./a.ts').A;"],
    ['a dynamic import', "export const load = () => import('./b.ts');", "export * from './a.ts';"],
  ])('a circle of %s is found', (_, a, b) => {
    plant('protocol/src/x/a.ts', a);
    plant('protocol/src/x/b.ts', b);
    expect(findViolations(root, NO_LISTS)).toEqual(['packages/protocol/src: a circle: x/a.ts -> x/b.ts -> x/a.ts']);
  });

  test('a known circle passes, and is reported once it is open', () => {
    const lists = { ...NO_LISTS, KNOWN_CIRCLES: { protocol: [['a.ts', 'b.ts']] } };
    plant('protocol/src/a.ts', "import './b.ts';");
    plant('protocol/src/b.ts', "import './a.ts';");
    expect(findViolations(root, lists)).toEqual([]);
    plant('protocol/src/b.ts', '');
    expect(findViolations(root, lists)).toEqual([
      expect.stringMatching(/a\.ts is no longer on a circle/),
      expect.stringMatching(/b\.ts is no longer on a circle/),
    ]);
  });

  test('a circle that leaves the known ones is found', () => {
    const lists = { ...NO_LISTS, KNOWN_CIRCLES: { protocol: [['a.ts', 'b.ts']] } };
    plant('protocol/src/a.ts', "import './b.ts';");
    plant('protocol/src/b.ts', "import './a.ts'; import './c.ts';");
    plant('protocol/src/c.ts', "import './b.ts';");
    expect(findViolations(root, lists)).toEqual([expect.stringMatching(/a circle: c\.ts -> b\.ts -> c\.ts/)]);
  });
});

describe('circles between folders', () => {
  const plantCircle = (base) => {
    plant(`${base}/x/a.ts`, "import '../y/a.ts';");
    plant(`${base}/y/a.ts`, '');
    plant(`${base}/y/b.ts`, "import type { A } from '../x/b.ts';");
    plant(`${base}/x/b.ts`, '');
  };

  test.each(['client/src', 'server/src', 'server/src/deep/in'])('a circle among the folders of %s is found', (base) => {
    plantCircle(base);
    expect(findViolations(root, NO_LISTS)).toEqual([
      expect.stringMatching(/a circle: \S*x -> \S*y -> \S*x \(\S*x\/a\.ts -> /),
    ]);
  });

  test('a file beside folders counts as a room of its own', () => {
    plant('server/src/app.ts', "import './x/a.ts';");
    plant('server/src/x/a.ts', '');
    plant('server/src/x/b.ts', "import type { App } from '../app.ts';");
    expect(findViolations(root, NO_LISTS)).toEqual([expect.stringMatching(/a circle: app\.ts -> x -> app\.ts/)]);
  });

  test('a package that is not listed may have them', () => {
    plantCircle('widget/src');
    expect(findViolations(root, NO_LISTS)).toEqual([]);
  });
});

describe('rooms', () => {
  const lists = { ...NO_LISTS, ROOMS: { server: { 'app.ts': '*', x: 'y', y: '' } } };
  beforeEach(() => {
    plant('server/src/app.ts', "import './x/a.ts'; import './y/a.ts';");
    plant('server/src/x/a.ts', "import '../y/a.ts'; import './b.ts';");
    plant('server/src/x/b.ts', '');
    plant('server/src/y/a.ts', '');
  });

  test('the allowed arrows pass', () => {
    expect(findViolations(root, lists)).toEqual([]);
  });

  test('an arrow that is not allowed is found, with the import', () => {
    plant('server/src/y/deep/b.ts', "export const load = () => import('../../z/a.ts');");
    plant('server/src/z/a.ts', '');
    expect(findViolations(root, lists)).toEqual(['packages/server/src: y may not import z: y/deep/b.ts -> z/a.ts']);
  });

  test('a room that is not listed may import no other room', () => {
    plant('server/src/z/a.ts', "import '../y/a.ts';");
    expect(findViolations(root, lists)).toEqual([expect.stringMatching(/z may not import y/)]);
  });

  test('an allowed arrow without an import is found', () => {
    plant('server/src/x/a.ts', "import './b.ts';");
    expect(findViolations(root, lists)).toEqual([expect.stringMatching(/x -> y is not used/)]);
  });
});

describe('the page around the widget', () => {
  const lists = { ...NO_LISTS, PAGE_FILES: ['page.ts'] };

  test('a listed file may name it', () => {
    plant('widget/src/page.ts', 'export const title = () => document.title;');
    expect(findViolations(root, lists)).toEqual([]);
  });

  test('a listed file that does not name it is reported', () => {
    plant('widget/src/page.ts', '');
    expect(findViolations(root, lists)).toEqual([expect.stringMatching(/page\.ts no longer names the page/)]);
  });
});

test('a dependency of the client on the server is found in package.json', () => {
  const path = join(root, 'packages/client/package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  manifest.dependencies['@seal-chat/server'] = '0.1.0';
  writeFileSync(path, JSON.stringify(manifest));
  expect(findViolations(root, NO_LISTS)).toEqual(['packages/client/package.json: depends on @seal-chat/server']);
});
