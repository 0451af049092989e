/**
 * `npm run mutate -- PATH…`: mutation testing. Changes the sources under each path in every way Stryker knows, one at
 * a time, runs the tests of the package that reach the change, and lists the mutants that no test noticed. `FILE:FROM-TO`
 * changes these lines alone.
 *
 * Results are kept in `.mutation/<package>/`: `report.html`, `report.json` and what makes the next run incremental.
 * `--unit` runs only the tests beside the sources, without a database. Other options behind the paths go to Stryker, as
 * `--force` (run everything again), `--concurrency 1`, or `--testFiles A,B` (no test but those of these files).
 * docs/MUTATION.md says what was found.
 */
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { ROOT } from './lib/paths.mjs';
import { quietEnvironment, run, tool } from './lib/run.mjs';

const args = process.argv.slice(2);
const firstOption = args.findIndex((arg) => arg.startsWith('--'));
const paths = firstOption === -1 ? args : args.slice(0, firstOption);
const given = firstOption === -1 ? [] : args.slice(firstOption);
const isUnit = given.includes('--unit');
const options = given.filter((option) => option !== '--unit');

/** Package -> what to mutate in it, as patterns below the root. */
const targets = new Map();
for (const path of paths) {
  const [, place, lines = ''] = /^(.*?)(:\d+-\d+)?$/.exec(path);
  const below = relative(ROOT, resolve(place)).split(sep);
  const [folder, name] = below;
  if (folder !== 'packages' || name === undefined) fail(`${place} is not in a package`);
  const stat = statSync(join(ROOT, ...below), { throwIfNoEntry: false });
  if (stat === undefined) fail(`${place} does not exist`);
  const pattern = stat.isDirectory() ? `${below.join('/')}/**/*.ts` : `${below.join('/')}${lines}`;
  targets.set(name, [...(targets.get(name) ?? []), pattern]);
}
if (targets.size === 0) fail('name at least one file or folder, as packages/crypto/src/ratchet');

let worst = 0;
for (const [name, patterns] of targets) {
  const results = `.mutation/${name}`;
  const report = join(ROOT, results, 'report.json');
  rmSync(report, { force: true });
  const settings = {
    MUTATED_PACKAGE: name,
    MUTATE: JSON.stringify([...patterns, '!**/*.test.ts', '!**/*.d.ts']),
    MUTATION_RESULTS: results,
    MUTATION_TESTS: isUnit ? 'unit' : 'all',
    SEAL_RUNS: process.env.SEAL_RUNS ?? '0.1',
    SEAL_PATIENCE: process.env.SEAL_PATIENCE ?? '8',
  };
  const code = await run([tool('stryker'), 'run', 'stryker.config.mjs', ...options], {
    env: { ...quietEnvironment(), ...settings },
  });
  if (!existsSync(report)) fail(`${name}: Stryker ended with code ${code} and made no report`);
  process.stdout.write(`${summary(JSON.parse(readFileSync(report, 'utf8')))}\n${name}: ${results}/report.html\n`);
  worst = Math.max(worst, code);
}
process.exitCode = worst;

/**
 * The mutants that no test noticed, one a line, and a count. Stryker calls a mutant a survivor, too, when a `beforeAll`
 * failed and none of its tests began: such a one was noticed.
 */
function summary({ files }) {
  const lines = [];
  let total = 0;
  for (const [path, { mutants }] of Object.entries(files)) {
    const tried = mutants.filter(({ status }) => !['Ignored', 'CompileError', 'RuntimeError'].includes(status));
    total += tried.length;
    for (const mutant of tried.filter(isUnnoticed)) {
      const { line, column } = mutant.location.start;
      const text = mutant.replacement.replaceAll(/\s+/g, ' ').slice(0, 80);
      lines.push(`${path}:${line}:${column} ${mutant.status} ${mutant.mutatorName}: ${text}`);
    }
  }
  return [...lines, `${lines.length} of ${total} mutants were not noticed`].join('\n');
}

function isUnnoticed({ status, testsCompleted }) {
  return status === 'NoCoverage' || (status === 'Survived' && testsCompleted > 0);
}

function fail(reason) {
  process.stderr.write(`mutate: ${reason}\n`);
  process.exit(1);
}
