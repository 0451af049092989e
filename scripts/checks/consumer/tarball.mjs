import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { ROOT } from '../../lib/paths.mjs';

/** What a person who installs a package does not need: state of the compiler, tests, the demo, copies for our own server. */
const UNWANTED = /\.tsbuildinfo$|\.test\.|(?:^|\/)(?:demo|test|conformance)\/|\.(?:br|gz|tgz)$|(?:^|\/)\./;

/** Lists what is wrong with an unpacked tarball; `published` are the names of all packages that are published. */
export function checkTarball({ root, manifest, files }, published) {
  const problems = [
    ...files.filter((path) => UNWANTED.test(path)).map((path) => `holds ${path}`),
    ...files.filter((path) => path.endsWith('.map')).flatMap((path) => checkMap(root, path, files)),
    ...checkManifest(manifest, published),
    ...checkExports(manifest.exports, files),
    ...checkLicense(root, files),
  ];
  return problems.map((problem) => `${manifest.name}: ${problem}`);
}

/** Every source that a map names is in the tarball too, or its text is in the map. */
function checkMap(root, path, files) {
  const { sources, sourceRoot = '', sourcesContent } = JSON.parse(readFileSync(join(root, path), 'utf8'));
  return sources
    .map((source) => posix.normalize(posix.join(posix.dirname(path), sourceRoot, source)))
    .filter((source, i) => typeof sourcesContent?.[i] !== 'string' && !files.includes(source))
    .map((source) => `${path} points to ${source}, which is not packed`);
}

function checkManifest(manifest, published) {
  const isText = (value) => typeof value === 'string' && value !== '';
  const expected = {
    description: isText(manifest.description),
    license: isText(manifest.license),
    keywords: manifest.keywords?.length > 0,
    homepage: isText(manifest.homepage),
    bugs: isText(manifest.bugs?.url ?? manifest.bugs),
    repository: isText(manifest.repository?.url) && isText(manifest.repository?.directory),
    'engines.node': isText(manifest.engines?.node),
    'publishConfig.access': manifest.publishConfig?.access === 'public',
    sideEffects: manifest.sideEffects !== undefined,
    'the export ./package.json': manifest.exports?.['./package.json'] === './package.json',
  };
  const foreign = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter(
    (name) => name.startsWith('@seal-chat/') && !published.includes(name),
  );
  return [
    ...Object.entries(expected)
      .filter(([, isGiven]) => !isGiven)
      .map(([field]) => `package.json lacks ${field}`),
    ...foreign.map((name) => `depends on ${name}, which is not published`),
  ];
}

/** Every file that an export names under any condition is packed, and code has types. */
function checkExports(exports, files) {
  return Object.entries(exports).flatMap(([name, target]) => {
    const targets = typeof target === 'string' ? [target] : Object.values(target);
    const missing = targets.filter((path) => !files.some((file) => matches(path.replace(/^\.\//, ''), file)));
    const isUntyped = typeof target === 'object' && target.types === undefined;
    return [
      ...missing.map((path) => `the export ${name} names ${path}, which is not packed`),
      ...(isUntyped ? [`the export ${name} has no types`] : []),
    ];
  });
}

function matches(pattern, file) {
  const [start, end] = pattern.split('*');
  return end === undefined ? pattern === file : file.startsWith(start) && file.endsWith(end);
}

function checkLicense(root, files) {
  if (!files.includes('LICENSE')) return ['has no LICENSE'];
  const [packed, own] = [join(root, 'LICENSE'), join(ROOT, 'LICENSE')].map((path) => readFileSync(path, 'utf8'));
  return packed === own ? [] : ['LICENSE is not that of the repository'];
}
