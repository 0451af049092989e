/**
 * Holds the arrows of docs/ARCHITECTURE.md. Between packages: who may import whom, in sources and in package.json, and
 * which ambient names the pure packages may not touch. Inside a package: which rooms may import each other, and that
 * neither files nor folders form circles; the lists are in arrows/lists.mjs.
 * `node scripts/checks/boundaries.mjs` lists what breaks them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.mjs';
import { CLIENT_FILES, FOLDERS_WITHOUT_CIRCLES, KNOWN_CIRCLES, PAGE_FILES, ROOMS } from './arrows/lists.mjs';
import { checkCircles, checkRooms } from './arrows/rooms.mjs';
import { ambientNames, fileArrows, readSources } from './arrows/sources.mjs';
import { report } from './report.mjs';

/**
 * `packages`: house packages a package may import. `node`: folders below `src` that may use Node's modules.
 * `noGlobals`: names that would make a pure function impure. `page: 'listed'`: only listed files name the page. `clients: 'listed'`: only listed files
 * make clients of the database.
 */
const RULES = {
  protocol: { packages: {}, node: [], noGlobals: true },
  crypto: { packages: { '@seal-chat/protocol': true }, node: [], noGlobals: true },
  client: { packages: { '@seal-chat/protocol': true, '@seal-chat/crypto': true }, node: ['node'] },
  ui: { packages: {}, node: [] },
  widget: {
    packages: { '@seal-chat/client': true, '@seal-chat/protocol': true, '@seal-chat/ui': true },
    node: [],
    page: 'listed',
  },
  server: {
    packages: { '@seal-chat/protocol': true, '@seal-chat/crypto/verify': true },
    node: ['.'],
    clients: 'listed',
  },
};

/** Clocks, randomness, network, storage, the page, the console: handed in or not used at all. */
const IMPURE = new Set(
  [
    'Date performance setTimeout setInterval setImmediate queueMicrotask requestAnimationFrame',
    'fetch XMLHttpRequest WebSocket EventSource BroadcastChannel Worker postMessage',
    'localStorage sessionStorage indexedDB caches document window self navigator location',
    'process Buffer console require Math.random',
  ].flatMap((names) => names.split(' ')),
);

const LISTS = { CLIENT_FILES, FOLDERS_WITHOUT_CIRCLES, KNOWN_CIRCLES, PAGE_FILES, ROOMS };

/** What makes clients of the database: the house's own modules, and libraries. */
const CLIENT_MAKERS =
  /(?:^|\/)(?:(?:db\/)?(?:connect|database)\.ts|generated\/(?:client\.ts|postgres\/index\.js))$|^(?:pg|postgres|@prisma\/client)$/;

/** What belongs to the page around the widget. */
const PAGE = new Set(['document', 'window', 'location']);

/** Lists every broken rule below `root`, as `file: what`. The lists are those of arrows/lists.mjs unless handed in. */
export function findViolations(root, lists = LISTS) {
  return Object.entries(RULES).flatMap(([name, rule]) => {
    const directory = join(root, 'packages', name);
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const sources = readSources(join(directory, 'src'));
    const arrows = fileArrows(sources);
    const list = lists.ROOMS[name];
    const inside = [
      ...(list === undefined ? [] : checkRooms(arrows, list)),
      ...checkCircles(arrows, {
        folders: lists.FOLDERS_WITHOUT_CIRCLES.includes(name),
        known: lists.KNOWN_CIRCLES[name] ?? [],
      }),
      ...(rule.clients === 'listed' ? checkClients(sources, lists.CLIENT_FILES) : []),
      ...(rule.page === 'listed' ? checkPage(sources, lists.PAGE_FILES) : []),
    ];
    return [
      ...checkManifest(manifest, rule).map((what) => `packages/${name}/package.json: ${what}`),
      ...inside.map((what) => `packages/${name}/src: ${what}`),
      ...sources.flatMap((file) =>
        checkFile(file, { rule, manifest }).map((what) => `packages/${name}/src/${file.path}: ${what}`),
      ),
    ];
  });
}

function checkManifest(manifest, rule) {
  const allowed = new Set(Object.keys(rule.packages).map(packageOf));
  return Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    .filter((name) => name.startsWith('@seal-chat/') && !allowed.has(name))
    .map((name) => `depends on ${name}`);
}

/** Lists what is wrong in one source file. */
function checkFile({ path, program, imports, error }, { rule, manifest }) {
  if (error !== null) return [`cannot be parsed: ${error}`];
  const problems = imports.flatMap((entry) => checkImport(entry, { path, rule, manifest }));
  return rule.noGlobals ? [...problems, ...ambientNames(program, IMPURE).map((name) => `uses ${name}`)] : problems;
}

function checkPage(sources, allowed) {
  const naming = new Map(sources.map(({ path, program }) => [path, program ? ambientNames(program, PAGE) : []]));
  return [
    ...[...naming]
      .filter(([path, names]) => names.length > 0 && !allowed.includes(path))
      .map(([path, names]) => `${path} may not name ${names.join(', ')}`),
    ...allowed
      .filter((path) => (naming.get(path) ?? []).length === 0)
      .map((path) => `${path} no longer names the page: take it out of PAGE_FILES`),
  ];
}

function checkClients(sources, allowed) {
  const making = new Set(
    sources
      .filter(({ path }) => !path.startsWith('generated/') && !path.endsWith('.test.ts'))
      .filter(({ imports }) => imports.some(({ from, typeOnly }) => !typeOnly && CLIENT_MAKERS.test(from)))
      .map(({ path }) => path),
  );
  return [
    ...[...making]
      .filter((path) => !allowed.includes(path))
      .map((path) => `${path} may make no client of the database`),
    ...allowed
      .filter((path) => !making.has(path))
      .map((path) => `${path} makes no client of the database: take it out of CLIENT_FILES`),
  ];
}

function checkImport({ from, typeOnly }, { path, rule, manifest }) {
  if (from.startsWith('.')) {
    return join('src', path, '..', from).startsWith('..') ? [`leaves its package with ${from}`] : [];
  }
  if (from.startsWith('node:')) {
    const inside = rule.node.some((folder) => folder === '.' || path.startsWith(`${folder}/`));
    return inside || (typeOnly && rule.noGlobals !== true) ? [] : [`uses ${from}`];
  }
  const name = packageOf(from);
  if (manifest.dependencies?.[name] === undefined && manifest.peerDependencies?.[name] === undefined) {
    return [`imports ${from}, which package.json does not name`];
  }
  if (!name.startsWith('@seal-chat/')) return [];
  return rule.packages[from] || rule.packages[name] ? [] : [`may not import ${from}`];
}

function packageOf(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

if (import.meta.url === `file://${process.argv[1]}`) report('arrows between packages and rooms', findViolations(ROOT));
