import { availableParallelism } from 'node:os';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { patient } from '../scripts/lib/patience.mjs';

/** Tests import the packages' sources, not their builds, so that a test run needs no build first. */
export const sharedConfig: ViteUserConfig = defineConfig({
  resolve: { conditions: ['seal-source'] },
  ssr: { resolve: { conditions: ['seal-source'] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Many tests wait for a server or a browser: one worker would leave a processor idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: patient(30_000),
    hookTimeout: patient(30_000),
    teardownTimeout: patient(30_000),
    expect: { poll: { timeout: patient(15_000), interval: 20 } },
    reporters: ['default', ['json', { outputFile: 'test-results/report.json' }]],
  },
});
