// Runs test vectors in the layout of C2SP/wycheproof (`testvectors_v1`) through this package's wrappers, and those of
// the MLS working group (mlswg/mls-implementations, `test-vectors`) through its MLS provider:
//
//   npm run conformance -- DIR [--browser]
//
// Prints passed, failed and skipped tests of every file under DIR. Exit code 1 on any failure, or when DIR holds no file
// that is known. Runs the build in dist/, as users get it; with `--browser` the MLS vectors in Chromium instead of Node.
import { readFileSync, readdirSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';
import { webcrypto } from 'node:crypto';
import { selectCurves } from '../dist/curves/select.js';
import { runMlsFile } from '../dist/conformance/mls/run-mls-file.js';
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

/** Prints a report; returns its number of failures. */
function show(name, implementation, { passed, failures, skipped }) {
  const count = [...skipped.values()].reduce((sum, one) => sum + one, 0);
  print(`${name} [${implementation}]: ${passed} passed, ${failures.length} failed, ${count} skipped`);
  for (const [reason, times] of skipped) print(`    skipped ${times}: ${reason}`);
  for (const { id, reason } of failures.slice(0, SHOWN_FAILURES)) print(`    FAILED ${id}: ${reason}`);
  return failures.length;
}

process.stdout.on('error', () => process.exit(1)); // the reader of a pipe went away

const options = process.argv.slice(2);
const inBrowser = options.includes('--browser');
const given = options.find((option) => !option.startsWith('--'));
if (given === undefined) fail('usage: npm run conformance -- DIR [--browser]');
// npm runs scripts in the package's directory and tells where it was called.
const directory = resolve(process.env.INIT_CWD ?? process.cwd(), given);
const rng = (length) => webcrypto.getRandomValues(new Uint8Array(length));
const suites = allSuites(webcrypto.subtle, rng);
const curves = await selectCurves(webcrypto.subtle);
const browser = inBrowser ? await (await import('./browser.mjs')).openBrowser() : null;

/** The report on a file of the MLS working group, or null when it is none. */
async function mlsReport(path) {
  const [name, json] = [basename(path, '.json'), parse(path)];
  if (browser !== null) return browser.runMlsFile(name, json);
  return runMlsFile(name, json, { curves, rng });
}

let known = 0;
let failures = 0;
for (const path of jsonFiles(directory)) {
  const name = relative(directory, path);
  const mls = await mlsReport(path);
  if (mls !== null) {
    known++;
    const withIds = { ...mls, failures: mls.failures.map(({ index, reason }) => ({ id: index, reason })) };
    failures += show(name, browser === null ? 'MLS' : 'MLS in Chromium', withIds);
    continue;
  }
  const reports = inBrowser ? [] : await runFile(suites, parse(path));
  if (reports.length === 0) print(`${name}: not run, nothing in it that Seal uses`);
  else known++;
  for (const report of reports) {
    const withIds = { ...report, failures: report.failures.map(({ tcId, reason }) => ({ id: tcId, reason })) };
    failures += show(name, report.implementation, withIds);
  }
}
await browser?.close();

if (known === 0) fail(`conformance: no test vectors that are known in ${directory}`);
if (failures > 0) fail(`conformance: ${failures} tests failed`);
