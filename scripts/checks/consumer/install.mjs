import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('project/', import.meta.url));

/**
 * Makes a project in `directory` with the packed packages installed, and returns what could not be installed.
 *
 * Packages of others are copied from this repository's node_modules instead of fetched, so that the check needs no
 * network and sees the versions of the lock file. Only what manifests name is copied: a dependency that a manifest
 * forgets, or that is not published, is missing here as it would be after `npm install`.
 */
export function installPackages(directory, packed) {
  cpSync(PROJECT, directory, { recursive: true });
  const modules = join(directory, 'node_modules');
  /** Folder in the project -> folder that was copied there. */
  const placed = new Map();
  const problems = [];

  function place(target, source) {
    placed.set(target, source);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(source, target, {
      recursive: true,
      dereference: true,
      filter: (path) => path === source || basename(path) !== 'node_modules',
    });
  }

  /** Installs what `manifest` of `target` names; `from` is where those were found when this repository was installed. */
  function installDependencies(target, from, manifest) {
    for (const name of namesOf(manifest)) {
      if (packed.some((one) => one.manifest.name === name)) continue;
      const source = locate(name, from);
      if (source === null) {
        if (manifest.dependencies?.[name] !== undefined) problems.push(`${manifest.name}: ${name} cannot be installed`);
        continue;
      }
      const shared = join(modules, name);
      const own = placed.has(shared) && placed.get(shared) !== source ? join(target, 'node_modules', name) : shared;
      if (placed.get(own) === source) continue;
      place(own, source);
      installDependencies(own, source, readManifest(source));
    }
  }

  for (const { manifest, root } of packed) place(join(modules, manifest.name), root);
  for (const { manifest, source } of packed) installDependencies(join(modules, manifest.name), source, manifest);
  return problems;
}

function namesOf({ dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} }) {
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  return [...new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...peers])];
}

/** The folder of a package as Node finds it from `folder`; null when it does not. */
function locate(name, folder) {
  const candidate = join(folder, 'node_modules', name);
  if (existsSync(join(candidate, 'package.json'))) return candidate;
  return dirname(folder) === folder ? null : locate(name, dirname(folder));
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
