/** What became of the tasks of a test run: read from turbo's summary and the reports that Vitest leaves. */
import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './paths.mjs';

/** Lines of a failed test's message that the table repeats. */
const FAILURE_LINES = 12;
/** Where a task that runs Vitest leaves its report, below its workspace's folder. */
const REPORT = 'test-results/report.json';
/** The folder of a root task that runs Vitest, which has no workspace of its own. */
const ROOT_FOLDERS = { '//#test:scripts': 'scripts' };

/** Whether a task runs Vitest, so that each of its tests counts; any other task counts as one. */
function isTestTask(taskId) {
  return /#test(?::|$)/.test(taskId);
}

/** Path of the report of a task that runs Vitest. `directory` is its workspace's, relative to the root. */
function reportOf({ taskId, directory }) {
  return join(ROOT, ROOT_FOLDERS[taskId] ?? directory, REPORT);
}

/** Deletes the reports of earlier runs, which must not be counted. `workspaces` are folders, relative to the root. */
export function forgetReports(workspaces) {
  for (const folder of [...workspaces, ...Object.values(ROOT_FOLDERS)]) {
    rmSync(join(ROOT, folder, REPORT), { force: true });
  }
}

/**
 * One line of the result for each task of turbo's `summary` that was `wanted`; the builds are one line.
 *
 * @param {{ tasks: readonly object[] }} summary the JSON that `turbo run --summarize` writes
 * @param {readonly string[]} wanted task ids
 * @returns {{ title: string, passed: number, failed: number, skipped: number, seconds: number, isCached: boolean }[]}
 */
export function outcomesOf(summary, wanted, readReport = readCounts) {
  const ran = new Map(summary.tasks.map((task) => [task.taskId, task]));
  const builds = summary.tasks.filter(({ task }) => task === 'build' || task === 'build-storybook');
  const others = wanted.filter((taskId) => !/#build/.test(taskId));
  return [
    ...builds.map((task) => outcomeOf(task.taskId, task, readReport)),
    ...others.map((taskId) => outcomeOf(taskId, ran.get(taskId), readReport)),
  ];
}

function outcomeOf(taskId, task, readReport) {
  const title = titleOf(taskId);
  const execution = task?.execution;
  const isCached = task?.cache?.status === 'HIT';
  // Nothing is known of a task that waited for one that failed.
  if (!isCached && typeof execution?.exitCode !== 'number') return { title, ...NOT_RUN };
  const isGood = isCached || execution.exitCode === 0;
  const seconds = isCached ? 0 : (execution.endTime - execution.startTime) / 1_000;
  if (!isTestTask(taskId)) {
    return { title, passed: Number(isGood), failed: Number(!isGood), skipped: 0, seconds, isCached };
  }
  const counts = readReport({ taskId, directory: task.directory });
  // A file that cannot be loaded, or a run without tests, has failed although no test did.
  const isEmpty = counts.passed === 0 && counts.failed === 0;
  const failed = counts.failed === 0 && (!isGood || isEmpty) ? 1 : counts.failed;
  return { title, ...counts, failed, seconds, isCached };
}

const NOT_RUN = { passed: 0, failed: 1, skipped: 0, seconds: 0, isCached: false, isMissing: true };

/** `@seal-chat/crypto#test` is "crypto", `//#check:lint` "lint", `@seal-chat/server#build` "build of server". */
function titleOf(taskId) {
  const [workspace, task] = taskId.split('#');
  const name = workspace.replace('@seal-chat/', '');
  if (task === 'build') return `build of ${name}`;
  if (task === 'build-storybook') return 'build of storybook';
  if (workspace === '//') return task.replace(/^(?:check|test):/, '');
  return task === 'test' ? name : `${name} (${task.replace(/^test:/, '')})`;
}

function readCounts(task) {
  try {
    const report = JSON.parse(readFileSync(reportOf(task), 'utf8'));
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests,
      failures: failuresOf(report),
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

/** Each failed test of Vitest's `report`, and each file that could not be run: where it is, its name and its reason. */
export function failuresOf(report) {
  return report.testResults.flatMap(({ name: path, message, status, assertionResults }) => {
    const file = relative(ROOT, path);
    const tests = assertionResults.filter((result) => result.status === 'failed');
    if (status === 'failed' && tests.length === 0) return [{ file, test: '(the file)', reason: firstLines(message) }];
    return tests.map(({ fullName, failureMessages }) => ({
      file,
      test: fullName.trim(),
      reason: firstLines(failureMessages.join('\n')),
    }));
  });
}

/** The first lines of a failure's message: what it says, and where; without the colours of a terminal. */
function firstLines(message = '') {
  // eslint-disable-next-line no-control-regex -- the codes of a terminal's colours begin with ESC
  const plain = message.replaceAll(/\u001B\[[\d;]*m/g, '').replaceAll(`${ROOT}/`, '');
  return plain.split('\n').filter(Boolean).slice(0, FAILURE_LINES);
}

/** What the table says of the tests of a task that failed, so that nobody has to look for them in the log above. */
function toldOf({ title, failures = [] }) {
  return failures.flatMap(({ file, test, reason }) => [
    `FAILED  ${title}: ${file}: ${test}`,
    ...reason.map((line) => `        ${line}`),
    '',
  ]);
}

/** The table of a run, its failed tests and, as its last line, `N passed, N failed (S s)`. */
export function describe(outcomes, seconds) {
  const sum = (key, list = outcomes) => list.reduce((total, outcome) => total + outcome[key], 0);
  const width = Math.max(...outcomes.map(({ title }) => title.length));
  const rows = outcomes.map(({ title, passed, failed, skipped, isCached, isMissing, seconds: own }) =>
    [
      title.padEnd(width),
      `${String(passed).padStart(5)} passed`,
      ...(failed > 0 ? [isMissing ? 'NOT RUN' : `${failed} FAILED`] : []),
      ...(skipped > 0 ? [`${skipped} skipped`] : []),
      isCached ? 'cached' : `${Math.round(own)} s`,
    ].join('  '),
  );
  const cached = sum(
    'passed',
    outcomes.filter(({ isCached }) => isCached),
  );
  const note =
    cached === 0
      ? []
      : [
          `${cached} of those that passed are from the cache: nothing they depend on has changed since.`,
          '"npm test -- --force" runs everything.',
        ];
  const total = `${sum('passed')} passed, ${sum('failed')} failed (${Math.round(seconds)} s)`;
  return { text: ['', ...rows, '', ...outcomes.flatMap(toldOf), ...note, total, ''].join('\n'), failed: sum('failed') };
}
