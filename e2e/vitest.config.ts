import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { patient } from '../scripts/lib/patience.mjs';
import { PATIENCE_MS } from './support/patience.ts';

/** Files run beside each other: each has a site of its own, on a server that most of them share. */
export default defineConfig({
  test: {
    name: 'e2e',
    include: ['tests/**/*.test.ts'],
    // A worker keeps its browser from file to file.
    isolate: false,
    globalSetup: ['support/global-setup.ts'],
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: patient(60_000),
    expect: { poll: { timeout: PATIENCE_MS, interval: 50 } },
    hookTimeout: patient(60_000),
    teardownTimeout: patient(60_000),
    reporters: ['default', ['json', { outputFile: 'test-results/report.json' }]],
  },
});
