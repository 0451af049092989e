import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { npm, quietEnvironment } from '../../lib/run.mjs';
import { ROOT } from '../../lib/paths.mjs';

/** Folders of `dist` that a bundler writes and empties. */
const BUNDLED = /^(?:v1|demo)(?:\/|$)/;

/**
 * Packs every package that is not private into `directory`. Returns for each `{ source, tarball, root, manifest, files }`:
 * its folder in the repository, the file, the folder it is unpacked in, and paths below that.
 */
export function packPackages(directory) {
  mkdirSync(directory, { recursive: true });
  return publicPackages().map((source) => {
    removeStale(source);
    const [program, ...args] = npm('pack', '--json', '--ignore-scripts', '--pack-destination', directory);
    const said = execFileSync(program, args, { cwd: source, env: quietEnvironment(), encoding: 'utf8' });
    const tarball = join(
      directory,
      readdirSync(directory).find((name) => said.includes(`"${name}"`)),
    );
    const root = tarball.replace(/\.tgz$/, '');
    mkdirSync(root);
    execFileSync('tar', ['-xzf', tarball, '-C', root, '--strip-components', '1']);
    const files = filesBelow(root);
    return { source, tarball, root, manifest: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')), files };
  });
}

function publicPackages() {
  return readdirSync(join(ROOT, 'packages'))
    .map((name) => join(ROOT, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .filter((folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).private !== true);
}

/** Removes what the compiler made of sources that no longer exist: it leaves such files behind. */
function removeStale(folder) {
  const dist = join(folder, 'dist');
  if (!existsSync(dist)) throw new Error(`${relative(ROOT, folder)} is not built: npm run build`);
  for (const path of filesBelow(dist)) {
    const [, stem] = /^(.*?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(path) ?? [];
    if (stem === undefined || BUNDLED.test(path) || existsSync(join(folder, 'src', `${stem}.ts`))) continue;
    rmSync(join(dist, path));
  }
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted();
}
