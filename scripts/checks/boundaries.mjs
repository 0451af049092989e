/**
 * Holds the arrows between packages (docs/ARCHITECTURE.md): who may import whom, in sources and in package.json, and
 * which ambient names the pure packages may not touch. `node scripts/checks/boundaries.mjs` lists what breaks them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parseSync } from 'vite';
import { ROOT } from '../lib/paths.mjs';
import { report } from './report.mjs';

/**
 * `packages`: house packages a package may import, `'type'` where types alone may be taken. `node`: folders below
 * `src` that may use Node's modules. `noGlobals`: names that would make a pure function impure.
 */
const RULES = {
  protocol: { packages: {}, node: [], noGlobals: true },
  crypto: { packages: { '@seal-chat/protocol': true }, node: [], noGlobals: true },
  client: {
    packages: { '@seal-chat/protocol': true, '@seal-chat/crypto': true, '@seal-chat/server': 'type' },
    node: ['node'],
  },
  widget: { packages: { '@seal-chat/client': true, '@seal-chat/protocol': true }, node: [] },
  server: { packages: { '@seal-chat/protocol': true, '@seal-chat/crypto/verify': true }, node: ['.'] },
};

/** Clocks, randomness, network, storage, the page, the console: handed in or not used at all. */
const IMPURE = new Set(
  [
    'Date performance setTimeout setInterval setImmediate queueMicrotask requestAnimationFrame',
    'fetch XMLHttpRequest WebSocket EventSource BroadcastChannel Worker postMessage',
    'localStorage sessionStorage indexedDB caches document window self navigator location',
    'process Buffer console require',
  ].flatMap((names) => names.split(' ')),
);

/** Every broken rule below `root`, as `file: what`. */
export function findViolations(root) {
  return Object.entries(RULES).flatMap(([name, rule]) => {
    const directory = join(root, 'packages', name);
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const files = sourceFiles(join(directory, 'src'));
    return [
      ...checkManifest(manifest, rule).map((what) => `packages/${name}/package.json: ${what}`),
      ...files.flatMap((file) =>
        checkFile(readFileSync(file, 'utf8'), { path: relative(join(directory, 'src'), file), rule, manifest }).map(
          (what) => `${relative(root, file)}: ${what}`,
        ),
      ),
    ];
  });
}

function sourceFiles(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.d|\.test)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes(`${sep}generated${sep}`));
}

function checkManifest(manifest, rule) {
  const allowed = new Set(Object.keys(rule.packages).map(packageOf));
  return Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    .filter((name) => name.startsWith('@seal-chat/') && !allowed.has(name))
    .map((name) => `depends on ${name}`);
}

/** What is wrong in one source file; `path` is relative to the package's `src`. */
export function checkFile(source, { path, rule, manifest }) {
  const { program, module, errors } = parseSync(path, source);
  if (errors.length > 0) return [`cannot be parsed: ${errors[0].message}`];
  const problems = importsOf(module, source).flatMap((entry) => checkImport(entry, { path, rule, manifest }));
  return rule.noGlobals ? [...problems, ...impureNames(program).map((name) => `uses ${name}`)] : problems;
}

/** Static and dynamic imports and re-exports, with whether they vanish when types are stripped. */
function importsOf(module, source) {
  const isType = ({ entries }) => entries.length > 0 && entries.every((entry) => entry.isType);
  const dynamic = module.dynamicImports
    .map(({ moduleRequest }) => source.slice(moduleRequest.start, moduleRequest.end))
    // A file found from where this one was loaded is one of the same build.
    .filter((request) => !/^new URL\(\w+, import\.meta\.url\)/.test(request))
    .map((request) => ({ from: request.replaceAll(/^['"`]|['"`]$/g, ''), typeOnly: false }));
  const exported = module.staticExports.flatMap(({ entries }) =>
    entries
      .filter((entry) => entry.moduleRequest)
      .map((entry) => ({ from: entry.moduleRequest.value, typeOnly: entry.isType })),
  );
  return [
    ...module.staticImports.map((entry) => ({ from: entry.moduleRequest.value, typeOnly: isType(entry) })),
    ...exported,
    ...dynamic,
  ];
}

function checkImport({ from, typeOnly }, { path, rule, manifest }) {
  if (from.startsWith('.')) {
    return join('src', path, '..', from).startsWith('..') ? [`leaves its package with ${from}`] : [];
  }
  if (from.startsWith('node:')) {
    const inside = rule.node.some((folder) => folder === '.' || path.startsWith(`${folder}${sep}`));
    return inside || (typeOnly && rule.noGlobals !== true) ? [] : [`uses ${from}`];
  }
  const name = packageOf(from);
  if (manifest.dependencies?.[name] === undefined && manifest.peerDependencies?.[name] === undefined) {
    return [`imports ${from}, which package.json does not name`];
  }
  if (!name.startsWith('@seal-chat/')) return [];
  const permission = rule.packages[from] ?? (from === name ? undefined : rule.packages[name]);
  if (permission === undefined) return [`may not import ${from}`];
  return permission === 'type' && !typeOnly ? [`may take types alone from ${from}`] : [];
}

function packageOf(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Ambient names of `IMPURE` and `Math.random` that the program refers to, by walking its tree. */
function impureNames(program) {
  const found = new Set();
  const visit = (node, key, parent) => {
    if (Array.isArray(node)) return node.forEach((item) => visit(item, key, parent));
    if (node === null || typeof node !== 'object' || typeof node.type !== 'string') return;
    const isName = (key === 'property' && parent.computed !== true) || (key === 'key' && parent.computed !== true);
    if (node.type === 'Identifier' && IMPURE.has(node.name) && !isName) found.add(node.name);
    if (node.type === 'MemberExpression' && node.object.name === 'Math' && node.property.name === 'random') {
      found.add('Math.random');
    }
    if (node.type === 'MemberExpression' && node.object.name === 'globalThis' && IMPURE.has(node.property.name)) {
      found.add(`globalThis.${node.property.name}`);
    }
    for (const [childKey, child] of Object.entries(node)) {
      if (childKey !== 'parent' && typeof child === 'object') visit(child, childKey, node);
    }
  };
  visit(program.body, 'body', program);
  return [...found];
}

if (import.meta.url === `file://${process.argv[1]}`) report('arrows between packages', findViolations(ROOT));
