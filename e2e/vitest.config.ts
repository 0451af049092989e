import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from './support/patience.ts';

/** Files run one after the other: each has a server, a PostgreSQL and a browser of its own. */
export default defineConfig({
  test: {
    name: 'e2e',
    include: ['tests/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    expect: { poll: { timeout: PATIENCE_MS, interval: 50 } },
    hookTimeout: 60_000,
    teardownTimeout: 60_000,
  },
});
