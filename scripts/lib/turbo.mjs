import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { quietEnvironment, run, tool } from './run.mjs';

const SUMMARIES = join(ROOT, '.turbo', 'runs');

/**
 * Runs tasks of the repository, several at a time, and goes on with what does not depend on one that failed.
 *
 * @param {readonly string[]} tasks ids such as `@seal-chat/crypto#test`
 * @param {{ force: boolean, areLight: boolean, environment: Record<string, string> }} options
 *   `areLight` when no task keeps several processors busy
 * @returns {Promise<{ code: number, summary: object | null }>} turbo's exit code and its summary of the run
 */
export async function runTasks(tasks, { force, areLight, environment }) {
  rmSync(SUMMARIES, { recursive: true, force: true });
  mkdirSync(SUMMARIES, { recursive: true });
  const options = [
    '--continue=dependencies-successful',
    '--env-mode=loose',
    '--summarize',
    `--log-order=${process.stdout.isTTY ? 'stream' : 'grouped'}`,
    // Most tasks keep two processors busy themselves: more at once make each slower, and none sooner done.
    `--concurrency=${Math.max(1, Math.floor(availableParallelism() / (areLight ? 1 : 2)))}`,
    ...(force ? ['--force'] : []),
  ];
  const code = await run([tool('turbo'), 'run', ...tasks, ...options], {
    env: { ...quietEnvironment(), ...environment },
  });
  return { code, summary: readSummary() };
}

function readSummary() {
  try {
    const [file] = readdirSync(SUMMARIES);
    return JSON.parse(readFileSync(join(SUMMARIES, file), 'utf8'));
  } catch {
    return null;
  }
}
