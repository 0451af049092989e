/** The lanes of `npm test`: which turbo tasks each of them runs, and which programs of the system they need. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

/** Programs that tests of a workspace need beside what npm installs; see system.mjs. */
const NEEDS = {
  crypto: ['chromium', 'python'],
  client: ['chromium'],
  server: ['redis', 'postgres'],
  e2e: ['chromium', 'python'],
  stories: ['chromium'],
};
const BUILD = ['@seal-chat/server#build', '@seal-chat/widget#build'];
/** Checks that take a while or need the network: not in the lane `quick`. */
const SLOW_CHECKS = new Set(
  ['packages', 'spelling', 'unused', 'lint', 'docs', 'docker'].map((name) => `//#check:${name}`),
);

/**
 * Every lane by name: `{ about, tasks, needs }`. A workspace with a script `test` has a lane; a script `check:NAME` in
 * the root's package.json is part of the lane `checks`.
 */
export function readLanes(root = ROOT) {
  const manifest = readManifest(root, '.');
  const checks = Object.keys(manifest.scripts)
    .filter((name) => name.startsWith('check:'))
    .map((name) => `//#${name}`);
  const workspaces = readWorkspaces(root).filter(({ scripts }) => scripts.test !== undefined);
  const quick = workspaces.filter(({ scripts }) => scripts['test:quick'] !== undefined);
  const packages = checks.filter((task) => task === '//#check:packages');
  // A page that was bundled from the packages is opened in a browser.
  const needs = packages.length > 0 ? ['chromium'] : [];
  const lanes = {
    checks: { about: 'types, lint, format and the other checks', tasks: [...BUILD, ...checks], needs },
    quick: {
      about: 'most checks, and tests without a browser or a database; under a minute once things are built',
      tasks: [
        ...BUILD,
        ...checks.filter((task) => !SLOW_CHECKS.has(task)),
        '//#test:scripts',
        ...quick.map(({ name }) => `${name}#test:quick`),
      ],
      needs: [],
    },
    scripts: { about: 'tests of the scripts', tasks: ['//#test:scripts'], needs: [] },
    ...Object.fromEntries(
      workspaces.map(({ folder, name, path, scripts }) => [
        folder,
        {
          about: `tests of ${path}`,
          tasks: [...(scripts['build-storybook'] ? [`${name}#build-storybook`] : []), `${name}#test`],
          needs: NEEDS[folder] ?? [],
        },
      ]),
    ),
  };
  if (packages.length > 0) {
    lanes.packages = { about: 'the packages, installed in an empty project', tasks: packages, needs };
  }
  return lanes;
}

/** Tasks and needs of several lanes; of all that count when `names` is empty. `quick` is a part of the others. */
export function planOf(names, lanes = readLanes()) {
  const chosen = names.length > 0 ? names : Object.keys(lanes).filter((name) => name !== 'quick');
  const unique = (lists) => [...new Set(lists.flat())];
  const tasks = unique(chosen.map((name) => lanes[name].tasks));
  return {
    // The quick tests of a workspace are a part of its tests.
    tasks: tasks.filter((task) => !task.endsWith(':quick') || !tasks.includes(task.replace(/:quick$/, ''))),
    needs: unique(chosen.map((name) => lanes[name].needs)),
  };
}

const OPTIONS = new Set(['--force', '--install', '--help']);

/**
 * What the words after `npm test --` ask for: `{ lanes, options }`.
 *
 * @throws Error with one line when a lane or option does not exist
 */
export function readArguments(words, lanes = readLanes()) {
  const known = Object.keys(lanes);
  const unknown = words.find((word) => (word.startsWith('-') ? !OPTIONS.has(word) : !known.includes(word)));
  if (unknown?.startsWith('-')) throw new Error(`unknown option "${unknown}"; options: ${[...OPTIONS].join(', ')}`);
  if (unknown !== undefined) throw new Error(`unknown lane "${unknown}"; lanes: ${known.join(', ')}`);
  return {
    lanes: words.filter((word) => !word.startsWith('-')),
    options: new Set(words.filter((word) => word.startsWith('-'))),
  };
}

/** Folder, name and scripts of every workspace; `path` is relative to the root. */
export function readWorkspaces(root = ROOT) {
  return readManifest(root, '.')
    .workspaces.flatMap((pattern) =>
      pattern.endsWith('/*')
        ? readdirSync(join(root, pattern.slice(0, -2))).map((folder) => `${pattern.slice(0, -1)}${folder}`)
        : [pattern],
    )
    .filter((path) => existsSync(join(root, path, 'package.json')))
    .map((path) => {
      const { name, scripts = {} } = readManifest(root, path);
      return { path, folder: path.split('/').at(-1), name, scripts };
    });
}

function readManifest(root, path) {
  return JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
}
