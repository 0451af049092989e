import { defineProject, mergeConfig } from 'vitest/config';
import { sharedConfig } from '../packages/vitest.shared.ts';
import { patient } from '../scripts/lib/patience.mjs';

/** Each file has a browser of its own; all look at one page. */
export default mergeConfig(
  sharedConfig,
  defineProject({
    test: {
      name: 'stories',
      include: ['test/**/*.test.ts'],
      globalSetup: ['test/support/global-setup.ts'],
      testTimeout: patient(60_000),
      hookTimeout: patient(60_000),
    },
  }),
);
