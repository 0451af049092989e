import { statSync } from 'node:fs';
import { join } from 'node:path';
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

const root = `packages/${process.env['MUTATED_PACKAGE'] ?? 'crypto'}`;

/** The package's tests beside its sources: in the mode `unit` they start no database. */
const unitTests = {
  root,
  extends: join(import.meta.dirname, '../..', root, 'vitest.config.ts'),
  mode: 'unit',
  test: { exclude: ['test/**'] },
};

/** The tests of one package, for a mutation run; `scripts/mutate.mjs` names it. */
export default defineConfig({
  test: {
    projects: [process.env['MUTATION_TESTS'] === 'unit' ? unitTests : `${root}/vitest.config.ts`],
    sequence: { sequencer: ShortFilesFirst },
  },
});
