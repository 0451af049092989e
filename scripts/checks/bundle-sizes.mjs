/** Holds the widget's budgets, gzipped, over what its build made: `node scripts/checks/bundle-sizes.mjs`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseSync } from 'vite';
import { ROOT } from '../lib/paths.mjs';
import { report } from './report.mjs';

const ENTRY = 'seal-chat.js';
const HASH = /-[\w-]{8}\.js$/;

/** Bytes. The entry alone; the core with everything it needs to start; each further file that is loaded on demand. */
export const BUDGETS = { entry: 3_000, core: 60_000, lazy: 12_000 };
/** Files on demand that are larger than others for a reason, by their name without its hash. */
const LARGE = {
  // All that a person uses in a conversation besides plain text, in one request: rich messages, actions, the composer's extras.
  conversation: 18_000,
  // The SDK's part of that: receiving, sending and changing messages, loaded right after the core.
  'conversation-journey': 17_000,
  // Groups and the library for them (MLS).
  'channels-journey': 46_000,
};

/** Size and budget of each part of the widget in `files`: name -> source text. */
export function measure(files) {
  const size = (name) => gzipSync(files[name], { level: 9 }).length;
  const core = Object.keys(files).find((name) => name.startsWith('core-'));
  const coreFiles = core === undefined ? [] : closure(core, files).filter((name) => name !== ENTRY);
  const lazy = Object.keys(files).filter((name) => name !== ENTRY && !coreFiles.includes(name));
  return [
    { part: 'entry', bytes: size(ENTRY), budget: BUDGETS.entry },
    { part: 'core', bytes: coreFiles.map(size).reduce((sum, bytes) => sum + bytes, 0), budget: BUDGETS.core },
    ...lazy.map((name) => ({ part: name, bytes: size(name), budget: LARGE[name.replace(HASH, '')] ?? BUDGETS.lazy })),
  ];
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
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  process.stdout.write(`everything together: ${total} bytes\n`);
  report(
    'widget size',
    parts.filter(({ bytes, budget }) => bytes > budget).map(({ part }) => `${part} is above its budget`),
  );
}
