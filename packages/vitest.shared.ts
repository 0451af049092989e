import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { configDefaults, defineConfig, mergeConfig, type ViteUserConfig } from 'vitest/config';
import { patient } from '../scripts/lib/patience.mjs';

/** Tests import the packages' sources, not their builds, so that a test run needs no build first. */
export const sharedConfig: ViteUserConfig = defineConfig({
  resolve: { conditions: ['seal-source'] },
  ssr: { resolve: { conditions: ['seal-source'] } },
  test: {
    // Many tests wait for a server or a browser: one worker would leave a processor idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: patient(30_000),
    hookTimeout: patient(30_000),
    teardownTimeout: patient(30_000),
    expect: { poll: { timeout: patient(15_000), interval: 20 } },
    setupFiles: [join(import.meta.dirname, 'equal-bytes.ts')],
    reporters: ['default', ['json', { outputFile: 'test-results/report.json' }]],
  },
});

/** What a test does that the test files after it in the same realm would notice. */
const CHANGES_REALM = /\bvi\.(?:mock|doMock|stubGlobal|stubEnv|useFakeTimers|setSystemTime)\(/;

/**
 * The tests of a package. Files share the modules they load and what they warmed up, which halves the time of a run; one
 * that changes its realm, by a mock or a stub, has a realm of its own.
 *
 * @param options.globalSetup what starts a database; not loaded in the modes that run no test that needs one: `unit`,
 *   the tests beside the sources, and `quick`, those of them that are not named `.long.test.ts`
 * @param options.setupFiles what the shared realms load first; a file with a realm of its own runs without it
 */
export function testsOf(
  folder: string,
  options: { readonly name: string; readonly globalSetup?: string; readonly setupFiles?: readonly string[] },
): (env: { readonly mode: string }) => ViteUserConfig {
  const { name, globalSetup, setupFiles = [] } = options;
  return ({ mode }) => {
    const isUnit = mode === 'unit' || mode === 'quick';
    const all = testFiles(folder, isUnit ? ['src'] : ['src', 'test']);
    const files = mode === 'quick' ? all.filter((file) => !file.endsWith('.long.test.ts')) : all;
    const alone = files.filter((file) => CHANGES_REALM.test(readFileSync(join(folder, file), 'utf8')));
    const exclude = [...configDefaults.exclude, ...alone];
    const shared = { name, include: files, exclude, isolate: false, setupFiles: [...setupFiles] };
    const own = { name: `${name}, own realm`, include: alone };
    const projects = [shared, ...(alone.length > 0 ? [own] : [])].map((test) =>
      mergeConfig(sharedConfig, { mode, test }),
    );
    return mergeConfig(sharedConfig, {
      // Who takes this for a project of theirs knows nothing of `projects`, and runs each file in a realm of its own.
      test: { name, include: files, globalSetup: isUnit || !globalSetup ? [] : [globalSetup], projects },
    });
  };
}

/** Test files below parts of a package, relative to it. */
function testFiles(folder: string, parts: readonly string[]): string[] {
  return parts
    .filter((part) => existsSync(join(folder, part)))
    .flatMap((part) => readdirSync(join(folder, part), { recursive: true }).map((file) => `${part}/${String(file)}`))
    .filter((file) => file.endsWith('.test.ts'));
}
