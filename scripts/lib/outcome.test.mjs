import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describe, failuresOf, outcomesOf } from './outcome.mjs';
import { ROOT } from './paths.mjs';

const CRYPTO = '@seal-chat/crypto#test';

/** A task of turbo's summary that ran for two seconds. */
function ran(taskId, exitCode, status = 'MISS') {
  const execution = { exitCode, startTime: 1_000, endTime: 3_000 };
  return { taskId, task: taskId.split('#')[1], directory: 'packages/crypto', cache: { status }, execution };
}

/** The last line of a run of `tasks`, whose tests were as `counts` says. */
function lastLine(tasks, wanted, counts = { passed: 0, failed: 0, skipped: 0 }) {
  const { text } = describe(
    outcomesOf({ tasks }, wanted, () => counts),
    12.4,
  );
  return text.trimEnd().split('\n').at(-1);
}

test('a check counts as one, a test task as many as it has tests', () => {
  const tasks = [ran('//#check:lint', 0), ran(CRYPTO, 0)];
  const counts = { passed: 40, failed: 0, skipped: 0 };
  expect(lastLine(tasks, ['//#check:lint', CRYPTO], counts)).toBe('41 passed, 0 failed (12 s)');
});

test('a check that fails counts as one that failed', () => {
  expect(lastLine([ran('//#check:lint', 1)], ['//#check:lint'])).toBe('0 passed, 1 failed (12 s)');
});

test('failed tests are counted', () => {
  const counts = { passed: 40, failed: 2, skipped: 0 };
  expect(lastLine([ran(CRYPTO, 1)], [CRYPTO], counts)).toBe('40 passed, 2 failed (12 s)');
});

test('a run that fails without a failed test, as when a file cannot be loaded, counts as one that failed', () => {
  const counts = { passed: 40, failed: 0, skipped: 0 };
  expect(lastLine([ran(CRYPTO, 1)], [CRYPTO], counts)).toBe('40 passed, 1 failed (12 s)');
});

test('a run without any test has failed, whatever its exit code says', () => {
  expect(lastLine([ran(CRYPTO, 0)], [CRYPTO])).toBe('0 passed, 1 failed (12 s)');
});

test('a task that never ran counts as failed', () => {
  expect(lastLine([ran('@seal-chat/crypto#build', 2)], [CRYPTO])).toBe('0 passed, 2 failed (12 s)');
});

test('results from the cache are counted and said to be cached', () => {
  const tasks = [ran('//#check:lint', 0), ran(CRYPTO, 0, 'HIT')];
  const outcomes = outcomesOf({ tasks }, ['//#check:lint', CRYPTO], () => ({ passed: 40, failed: 0, skipped: 1 }));
  const { text, failed } = describe(outcomes, 1);
  expect(text).toMatch(/crypto +40 passed +1 skipped +cached/);
  expect(text).toMatch(/lint +1 passed +2 s/);
  expect(text).toContain('40 of those that passed are from the cache');
  expect(text).toContain('\n41 passed, 0 failed (1 s)\n');
  expect(failed).toBe(0);
});

test('what failed is told below the table: the file, the name of the test and its reason, without colours', () => {
  const report = {
    testResults: [
      {
        name: join(ROOT, 'e2e/tests/demo.test.ts'),
        status: 'failed',
        message: '',
        assertionResults: [
          { status: 'passed', fullName: 'one', failureMessages: [] },
          {
            status: 'failed',
            fullName: ' the demo > two',
            failureMessages: ['\u001B[31mError\u001B[39m: late\n  at x'],
          },
        ],
      },
      { name: join(ROOT, 'e2e/tests/tabs.test.ts'), status: 'failed', message: 'no such import', assertionResults: [] },
    ],
  };
  const failures = failuresOf(report);
  expect(failures).toEqual([
    { file: 'e2e/tests/demo.test.ts', test: 'the demo > two', reason: ['Error: late', '  at x'] },
    { file: 'e2e/tests/tabs.test.ts', test: '(the file)', reason: ['no such import'] },
  ]);
  const counts = { passed: 1, failed: 2, skipped: 0, failures };
  const { text } = describe(
    outcomesOf({ tasks: [ran(CRYPTO, 1)] }, [CRYPTO], () => counts),
    1,
  );
  expect(text).toContain('FAILED  crypto: e2e/tests/demo.test.ts: the demo > two\n        Error: late\n');
  expect(text.trimEnd().split('\n').at(-1)).toBe('1 passed, 2 failed (1 s)');
});
