import { defineProject, mergeConfig } from 'vitest/config';
import { sharedConfig } from '../packages/vitest.shared.ts';
import { patient } from '../scripts/lib/patience.mjs';

/** Each worker has a browser, which it keeps from file to file; all look at one page. */
export default mergeConfig(
  sharedConfig,
  defineProject({
    test: {
      name: 'stories',
      include: ['test/**/*.test.ts'],
      isolate: false,
      globalSetup: ['test/support/global-setup.ts'],
      testTimeout: patient(60_000),
      hookTimeout: patient(60_000),
    },
  }),
);
