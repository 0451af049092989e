// Runs test vectors in the layout of C2SP/wycheproof (`testvectors_v1`) through this package's wrappers:
//
//   npm run conformance -- DIR
//
// Prints passed, failed and skipped tests of every file under DIR. Exit code 1 on any failure, or when DIR holds no file
// that is known. Runs the build in dist/, as users get it.
import { readFileSync, readdirSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { webcrypto } from 'node:crypto';
import { allSuites, runFile } from '../dist/conformance/run-file.js';

const SHOWN_FAILURES = 10;

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}

/** @param {string} message */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** @param {string} directory */
function jsonFiles(directory) {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
      .map((entry) => resolve(entry.parentPath, entry.name))
      .toSorted();
  } catch (error) {
    return fail(`conformance: cannot read ${directory} (${error.code})`);
  }
}

/** @param {string} path */
function parse(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return fail(`conformance: ${path}: ${error.message}`);
  }
}

process.stdout.on('error', () => process.exit(1)); // the reader of a pipe went away

const [given] = process.argv.slice(2);
if (given === undefined) fail('usage: npm run conformance -- DIR');
// npm runs scripts in the package's directory and tells where it was called.
const directory = resolve(process.env.INIT_CWD ?? process.cwd(), given);
const suites = allSuites(webcrypto.subtle, (length) => webcrypto.getRandomValues(new Uint8Array(length)));

let known = 0;
let failures = 0;
for (const path of jsonFiles(directory)) {
  const name = relative(directory, path);
  const reports = await runFile(suites, parse(path));
  if (reports.length === 0) print(`${name}: not run, nothing in it that Seal uses`);
  else known++;
  for (const report of reports) {
    const skipped = [...report.skipped.values()].reduce((sum, count) => sum + count, 0);
    print(
      `${name} [${report.implementation}]: ${report.passed} passed, ${report.failures.length} failed, ${skipped} skipped`,
    );
    for (const [reason, count] of report.skipped) print(`    skipped ${count}: ${reason}`);
    for (const { tcId, reason } of report.failures.slice(0, SHOWN_FAILURES)) print(`    FAILED ${tcId}: ${reason}`);
    failures += report.failures.length;
  }
}

if (known === 0) fail(`conformance: no test vectors that are known in ${directory}`);
if (failures > 0) fail(`conformance: ${failures} tests failed`);
