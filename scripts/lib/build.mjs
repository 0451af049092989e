import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stop } from './node-version.mjs';
import { ROOT } from './paths.mjs';
import { runQuietly, tool } from './run.mjs';

const STAMP = join(ROOT, 'node_modules', '.cache', 'seal-build');
/** Without these there is no build, whatever the stamp says. */
const OUTPUTS = ['packages/server/dist/main.js', 'packages/widget/dist'];
const SKIPPED = new Set(['node_modules', 'dist', 'generated', 'test', '.turbo']);

/** Builds all packages unless nothing changed since they were last built from here; looking costs some 20 ms. */
export async function ensureBuilt() {
  const state = describeSources();
  if (OUTPUTS.every((path) => existsSync(join(ROOT, path))) && readStamp() === state) return;
  process.stdout.write('Building ...\n');
  const code = await runQuietly([tool('turbo'), 'run', 'build', '--output-logs=errors-only', '--log-order=grouped']);
  if (code !== 0) stop(`the build failed with code ${code}; its own words stand above.`);
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, state);
}

function readStamp() {
  try {
    return readFileSync(STAMP, 'utf8');
  } catch {
    return null;
  }
}

/** Names, sizes and times of everything a build reads, as one hash. */
function describeSources() {
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', 'turbo.json', 'tsconfig.base.json']) describe(hash, file);
  for (const directory of ['packages', 'prisma', 'scripts']) walk(hash, directory);
  return hash.digest('hex');
}

function walk(hash, directory) {
  for (const entry of readdirSync(join(ROOT, directory), { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) walk(hash, path);
    else if (entry.isFile() && !/\.(?:test\.ts|tsbuildinfo|md)$/.test(entry.name)) describe(hash, path);
  }
}

function describe(hash, path) {
  const { size, mtimeMs } = statSync(join(ROOT, path));
  hash.update(`${path} ${size} ${mtimeMs}\n`);
}
