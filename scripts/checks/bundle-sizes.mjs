/** Holds the widget's budgets, gzipped, over what its build made: `node scripts/checks/bundle-sizes.mjs`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { parseSync } from 'vite';
import { ROOT } from '../lib/paths.mjs';
import { report } from './report.mjs';

const ENTRY = 'seal-chat.js';
const HASH = /-[\w-]{8}\.js$/;

/**
 * Bytes, gzipped, of each file. `first` is all that a first visit needs to write a message, as browsers fetch it: with
 * Brotli.
 */
export const BUDGETS = { entry: 3_000, core: 60_000, first: 110_000, other: 12_000 };
/** Journeys that are larger than others for a reason. */
const LARGE = {
  // Sessions and ratchets, sending and receiving, and all that people do with messages.
  conversation: 55_000,
  // Sealing files in pieces, and making images again without metadata.
  attachments: 15_000,
  // The groups of channels and the library for them.
  mls: 46_000,
  // Reading codes with the camera, where the browser cannot.
  'qr-reader': 18_000,
  // Two curves and ML-KEM in JavaScript, for browsers that lack one of them.
  'fallback-curves': 22_000,
};
/** The journeys of a first visit, up to the first message to a person. */
const FIRST = ['core', 'conversation', 'account'];

/** Size and budget of each part of the widget in `files`: name -> source text. */
export function measure(files) {
  const nameOf = (file) => file.replace(HASH, '');
  const gzip = (file) => gzipSync(files[file], { level: 9 }).length;
  const names = Object.keys(files);
  const core = names.find((name) => nameOf(name) === 'core');
  const coreFiles = core === undefined ? [] : closure(core, files).filter((name) => name !== ENTRY);
  const first = new Set([ENTRY, ...names.filter((name) => FIRST.includes(nameOf(name)))]);
  const needed = [...first].flatMap((name) => closure(name, files));
  const others = names.filter((name) => name !== ENTRY && !coreFiles.includes(name));
  return [
    { part: 'entry', bytes: gzip(ENTRY), budget: BUDGETS.entry },
    { part: 'core', bytes: sum(coreFiles.map(gzip)), budget: BUDGETS.core },
    {
      part: 'first visit',
      bytes: sum([...new Set([...first, ...needed])].map((name) => brotli(files[name]))),
      budget: BUDGETS.first,
    },
    ...others.map((name) => ({ part: name, bytes: gzip(name), budget: LARGE[nameOf(name)] ?? BUDGETS.other })),
  ];
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

function brotli(text) {
  return brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
}

/** A file and all files it imports at once, directly or not. */
function closure(name, files, seen = new Set()) {
  if (seen.has(name) || files[name] === undefined) return [...seen];
  seen.add(name);
  for (const { moduleRequest } of parseSync(name, files[name]).module.staticImports) {
    closure(moduleRequest.value.replace(/^\.\//, ''), files, seen);
  }
  return [...seen];
}

function built() {
  const directory = join(ROOT, 'packages/widget/dist/v1');
  const names = readdirSync(directory).filter((name) => name.endsWith('.js'));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const parts = measure(built());
  for (const { part, bytes, budget } of parts) process.stdout.write(`${part}: ${bytes} of ${budget} bytes\n`);
  report(
    'widget size',
    parts.filter(({ bytes, budget }) => bytes > budget).map(({ part }) => `${part} is above its budget`),
  );
}
