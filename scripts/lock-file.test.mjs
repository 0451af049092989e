import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './lib/paths.mjs';

/** Speeds up msgpackr where it exists; msgpackr does without it where it does not. */
const DISPENSABLE = new Set(['msgpackr-extract']);

test('the lock file has an entry for every package of every platform, without which "npm ci" refuses it', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
  const missing = Object.entries(packages)
    .filter(([path]) => !DISPENSABLE.has(path.split('node_modules/').at(-1)))
    .flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !names.has(name))
        .map((name) => `${path} -> ${name}`),
    );
  expect(missing).toEqual([]);
});
