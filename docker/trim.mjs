/**
 * `node docker/trim.mjs FROM TO`: copies what the server needs to run out of a built repository: its build, those of the
 * packages it imports, the widget's files, migrations, and of node_modules what `dependencies` lead to. Peers that a
 * package can do without are not followed: `@prisma/client` names the whole of Prisma's tools as one.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, readlinkSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const [from, to] = process.argv.slice(2).map((path) => realpathOrSelf(path));
const FILES = ['package.json', 'LICENSE', 'prisma/migrations', 'docker/healthcheck.mjs', 'packages/widget/dist'];
/** A native module that speeds up one package, which does without it where there is none. */
const DISPENSABLE = new Set(['msgpackr-extract']);

for (const path of FILES) cpSync(join(from, path), join(to, path), { recursive: true });

const found = new Set();
follow(join(from, 'packages/server'));
for (const directory of found) copyPackage(directory);

// npm packages hold no symbolic links; the embedded PostgreSQL's libraries need some, made before the tree is read-only.
const { locateBinaries } = await import(pathToFileURL(join(to, 'packages/server/dist/postgres/binaries.js')).href);
await locateBinaries().catch((error) =>
  process.stderr.write(`no embedded PostgreSQL in this image: ${error.message}\n`),
);

function realpathOrSelf(path) {
  return existsSync(path) ? realpathSync(path) : path;
}

/** Notes the package in `directory` and all it depends on. */
function follow(directory) {
  if (found.has(directory)) return;
  found.add(directory);
  const { dependencies = {}, optionalDependencies = {} } = readManifest(directory);
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const place = DISPENSABLE.has(name) ? null : findPackage(directory, name);
    if (place !== null) follow(realpathSync(place));
    else if (optionalDependencies[name] === undefined) throw new Error(`${directory}: ${name} is not installed`);
  }
}

/** Where Node finds the package `name` from `directory`; null when it is not installed. */
function findPackage(directory, name) {
  for (let folder = directory; ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return place;
    if (folder === from || folder === dirname(folder)) return null;
  }
}

/** Copies a package without those inside it, which are copied on their own; of the house's, what was built. */
function copyPackage(directory) {
  const path = relative(from, directory);
  const isOurs = !path.includes('node_modules');
  const parts = isOurs ? ['package.json', 'dist'] : ['.'];
  for (const part of parts) {
    cpSync(join(directory, part), join(to, path, part), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !relative(directory, source).split('/').includes('node_modules'),
    });
  }
  if (isOurs) linkPackage(path);
}

/** Makes a package of the house known by its name, as npm's workspaces do. */
function linkPackage(path) {
  const { name } = readManifest(join(from, path));
  const place = join('node_modules', name);
  mkdirSync(join(to, dirname(place)), { recursive: true });
  symlinkSync(readlinkSync(join(from, place)), join(to, place));
}

function readManifest(directory) {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
}
