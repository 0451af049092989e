/**
 * `npm test`: everything that says whether this repository is in order. `npm test -- LANE …` runs parts of it. Plain
 * Node, because at first nothing is installed. The last line is `N passed, N failed (S s)`.
 */
import { availableParallelism, loadavg } from 'node:os';
import { ensureInstalled } from './lib/install.mjs';
import { planOf, readArguments, readLanes, readWorkspaces } from './lib/lanes.mjs';
import { requireNode, stop } from './lib/node-version.mjs';
import { describe, forgetReports, outcomesOf } from './lib/outcome.mjs';
import { readPatience } from './lib/patience.mjs';
import { ensureSystem } from './lib/system.mjs';
import { runTasks } from './lib/turbo.mjs';

requireNode();
const began = performance.now();
const { lanes, options } = read();
if (options.has('--help')) help();
await ensureInstalled();

const { tasks, needs } = planOf(lanes);
const found = await ensureSystem(needs, { install: options.has('--install') });
forgetReports(readWorkspaces().map(({ path }) => path));
const { code, summary } = await runTasks(tasks, {
  force: options.has('--force') || process.env.CI === 'true',
  areLight: lanes.join() === 'quick',
  environment: {
    ...found,
    SEAL_PATIENCE: String(patienceNow()),
    // Part of every test's hash: what passed elsewhere has not passed here.
    SEAL_TEST_PLATFORM: `${process.platform} ${process.arch} ${process.version}`,
  },
});
if (summary === null) stop(`turbo ended with code ${code} and left no summary.`);
const { text, failed } = describe(outcomesOf(summary, tasks), (performance.now() - began) / 1_000);
process.stdout.write(text);
process.exitCode = failed > 0 || code !== 0 ? 1 : 0;

function read() {
  try {
    return readArguments(process.argv.slice(2));
  } catch (error) {
    return stop(error.message);
  }
}

/** SEAL_PATIENCE, or more than that default where others keep the machine busy already. */
function patienceNow() {
  const asked = readPatience(process.env);
  if (process.env.SEAL_PATIENCE) return asked;
  const busy = Math.min(10, Math.ceil(loadavg()[0] / availableParallelism()));
  if (busy <= asked) return asked;
  process.stdout.write(`The machine is busy: every time limit is multiplied by ${busy} (SEAL_PATIENCE).\n`);
  return busy;
}

function help() {
  const rows = Object.entries(readLanes()).map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`);
  const lines = [
    'npm test                  everything',
    'npm test -- LANE …        one or more of:',
    ...rows,
    'npm test -- --force       also what has not changed since it passed (the default in CI)',
    'npm test -- --install     may install programs that are missing',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exit(0);
}
