import { statSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Short test files first: most mutants are noticed by one of them, and the rest need not run. */
class ShortFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => cost(a.moduleId) - cost(b.moduleId));
  }
}

/** Bytes of a test file; those that try many cases at random come last. */
function cost(file: string): number {
  return statSync(file).size + (/leavings|tampering|convergence|chromium|recovery/.test(file) ? 1e6 : 0);
}

/** The tests of one package, for a mutation run; `scripts/mutate.mjs` names it. */
export default defineConfig({
  test: {
    projects: [`packages/${process.env['MUTATED_PACKAGE'] ?? 'crypto'}/vitest.config.ts`],
    sequence: { sequencer: ShortFilesFirst },
  },
});
