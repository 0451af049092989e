import { defineConfig } from 'vitest/config';

/** Files run one after the other: each has a server, a PostgreSQL and a browser of its own. */
export default defineConfig({
  test: {
    name: 'e2e',
    include: ['tests/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 60_000,
  },
});
