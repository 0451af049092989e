import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stop } from './node-version.mjs';
import { ROOT } from './paths.mjs';
import { npm, run } from './run.mjs';

/** Runs `npm ci` unless node_modules holds what package-lock.json asks for. */
export async function ensureInstalled() {
  if (isInstalled(ROOT)) return;
  process.stdout.write('Installing dependencies (npm ci) ...\n');
  const code = await run(npm('ci', '--loglevel=error', '--no-audit', '--no-fund'));
  if (code !== 0) stop(`"npm ci" failed with code ${code}; its output is above.`);
}

/**
 * Whether every package of the lock file is installed in that version: by the record npm keeps in node_modules, and
 * because its folder exists. Packages for other platforms may be missing.
 */
export function isInstalled(root) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const present = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === null || present === null) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.includes('node_modules/')) return true;
    const found = present[path];
    if (found === undefined) return entry.optional === true || entry.devOptional === true || entry.peer === true;
    return found.version === entry.version && existsSync(join(root, path));
  });
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return null;
  }
}
