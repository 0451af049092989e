import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Tests import the packages' sources, not their builds, so that a test run needs no build first. */
export const sharedConfig: ViteUserConfig = defineConfig({
  resolve: { conditions: ['seal-source'] },
  ssr: { resolve: { conditions: ['seal-source'] } },
  test: { include: ['src/**/*.test.ts', 'test/**/*.test.ts'], testTimeout: 30_000 },
});
