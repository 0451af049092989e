/** Files above 400 lines are refused: `node scripts/checks/file-sizes.mjs`. A longer one needs a reason below. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.mjs';
import { report } from './report.mjs';

const MAX_LINES = 400;

/** Path -> why it is one file. */
const ALLOWED = {
  'prisma/schema.prisma': 'the data model, read as one',
  'prisma/migrations/0001_schema/migration.sql': 'a migration is one file, written once',
  'prisma/migrations/0002_functions/migration.sql':
    'a migration is one file; prisma/functions has the functions one by one',
};

/** Directories that tools fill. */
const MADE = new Set(['node_modules', 'dist', 'generated', '__pycache__', 'storybook-static']);

/** `path: lines` of every hand-written source file that is too long, and of every exception no longer needed. */
export function findLongFiles(files, allowed = ALLOWED) {
  const long = files.filter(({ lines }) => lines > MAX_LINES);
  const names = new Set(long.map(({ path }) => path));
  return [
    ...long
      .filter(({ path }) => !(path in allowed))
      .map(({ path, lines }) => `${path}: ${lines} lines, at most ${MAX_LINES}`),
    ...Object.keys(allowed)
      .filter((path) => !names.has(path))
      .map((path) => `${path}: needs no exception any more`),
  ];
}

/** Hand-written sources; what tools make is left out. */
function sources() {
  return ['packages', 'prisma', 'scripts', 'e2e', 'bench', 'stories', 'examples'].flatMap((directory) =>
    walk(directory),
  );
}

function walk(directory) {
  if (!existsSync(join(ROOT, directory))) return [];
  return readdirSync(join(ROOT, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) return MADE.has(entry.name) ? [] : walk(path);
    if (!/\.(?:ts|mjs|js|py|css|sql|prisma)$/.test(entry.name)) return [];
    return [{ path, lines: readFileSync(join(ROOT, path), 'utf8').split('\n').length - 1 }];
  });
}

if (import.meta.url === `file://${process.argv[1]}`) report('file sizes', findLongFiles(sources()));
