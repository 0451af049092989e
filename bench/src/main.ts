import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describeMachine, isQuiet } from './machine.ts';
import { PART_NAMES, PARTS, USUAL_PARTS, type PartName } from './parts.ts';
import { writeParts } from './readme.ts';
import { renderPart, type PartResult } from './report.ts';

const USAGE = `usage: npm run bench -- [${PART_NAMES.join('|')}]... [--write]`;

/** How long to wait for the machine to become quiet before measuring regardless, ms. */
const QUIET_PATIENCE_MS = 60_000;

interface Arguments {
  readonly parts: readonly PartName[];
  readonly write: boolean;
}

function parseArguments(args: readonly string[]): Arguments | null {
  const names = args.filter((arg) => arg !== '--write');
  const parts = names.length === 0 ? USUAL_PARTS : PART_NAMES.filter((name) => names.includes(name));
  const unknown = names.filter((name) => !PART_NAMES.some((known) => known === name));
  return unknown.length === 0 ? { parts, write: args.includes('--write') } : null;
}

/** Each part in a process of its own: what one leaves behind in the heap or the compiler does not touch the next. */
function runPart(name: PartName): Promise<PartResult> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('./run-part.js', import.meta.url)), [name], { execArgv: ['--expose-gc'] });
    let result: PartResult | null = null;
    child.on('message', (message) => (result = message as PartResult));
    child.on('error', reject);
    child.on('exit', (code) =>
      result !== null && code === 0 ? resolve(result) : reject(new Error(`${name}: ended with code ${code}`)),
    );
  });
}

/** @returns whether the machine was quiet in the end */
async function waitForQuiet(): Promise<boolean> {
  const end = Date.now() + QUIET_PATIENCE_MS;
  while (!isQuiet() && Date.now() < end) await sleep(2_000);
  return isQuiet();
}

const request = parseArguments(process.argv.slice(2));
if (request === null) {
  console.error(USAGE);
  process.exit(1);
}

const quiet = await waitForQuiet();
if (!quiet) console.error('The machine is busy with something else: these figures are not to be quoted.');
const machine = `${describeMachine(new Date())}${quiet ? '' : ' (**busy**: not to be quoted)'}`;
console.log(`${machine}\n`);

const sections = new Map<PartName, string>();
let failed = false;
for (const name of request.parts) {
  console.error(`measuring: ${PARTS[name].title} ...`);
  try {
    sections.set(name, renderPart(await runPart(name)));
    console.log(`## ${PARTS[name].title}\n\n${sections.get(name)}`);
  } catch (error) {
    failed = true;
    console.error(error instanceof Error ? error.message : error);
  }
}
if (request.write) await writeParts(sections, machine);
process.exitCode = failed ? 1 : 0;
