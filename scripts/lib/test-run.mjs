import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quietEnvironment, run } from './run.mjs';

/** Adds up what the steps of a test run report, and tells the story of the run on standard output. */
export function createTestRun() {
  const scratch = mkdtempSync(join(tmpdir(), 'seal-run-'));
  const total = { passed: 0, failed: 0 };
  const began = performance.now();

  function close() {
    rmSync(scratch, { recursive: true, force: true });
    const seconds = Math.round((performance.now() - began) / 1_000);
    process.stdout.write(`\n${total.passed} passed, ${total.failed} failed (${seconds} s)\n`);
  }

  /** Ends the run as failed. A step that reports no failed test itself counts as one. */
  function fail(title) {
    if (total.failed === 0) total.failed = 1;
    process.stderr.write(`\nseal: failed at: ${title}\n`);
    close();
    process.exit(1);
  }

  return {
    close,
    /** A step with one outcome: the exit code of a command. */
    async check(title, command, options) {
      heading(title);
      const code = await run(command, options);
      if (code !== 0) fail(title);
      total.passed += 1;
    },
    /** A step that runs Vitest; each of its tests counts. */
    async tests(title, command, environment = {}) {
      heading(title);
      const file = join(scratch, `${title.replaceAll(/\W+/g, '-')}.json`);
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
      const code = await run([...command, ...reporters], { env: { ...quietEnvironment(), ...environment } });
      const counts = readCounts(file);
      total.passed += counts.passed;
      total.failed += counts.failed;
      if (code !== 0 || counts.passed === 0) fail(title);
    },
  };
}

function heading(title) {
  process.stdout.write(`\n== ${title}\n`);
}

function readCounts(file) {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests };
  } catch {
    return { passed: 0, failed: 0 };
  }
}
