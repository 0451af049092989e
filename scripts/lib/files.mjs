import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

/** Folders that tools fill. */
const MADE = new Set([
  'node_modules',
  'dist',
  'generated',
  '__pycache__',
  'storybook-static',
  'coverage',
  'test-results',
  'reports',
  '.git',
  '.turbo',
  '.seal',
  '.mutation',
]);

/** Lists the hand-written files below `root` whose path matches `pattern`, as sorted paths with `/`. */
export function listFiles(pattern, root = ROOT) {
  const walk = (folder) =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return MADE.has(entry.name) ? [] : walk(path);
      return entry.isFile() && pattern.test(path) ? [path] : [];
    });
  return walk('').toSorted();
}

/** Reads a file of the repository as text; `path` is relative to its root. */
export function readText(path, root = ROOT) {
  return readFileSync(join(root, path), 'utf8');
}
