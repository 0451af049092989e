import { defineConfig } from 'vitest/config';
import { patient } from '../scripts/lib/patience.mjs';
import { PATIENCE_MS } from './support/patience.ts';

/** Files run one after the other: each has a server, a PostgreSQL and a browser of its own. */
export default defineConfig({
  test: {
    name: 'e2e',
    include: ['tests/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: patient(60_000),
    expect: { poll: { timeout: PATIENCE_MS, interval: 50 } },
    hookTimeout: patient(60_000),
    teardownTimeout: patient(60_000),
    reporters: ['default', ['json', { outputFile: 'test-results/report.json' }]],
  },
});
