import { defineProject, mergeConfig } from 'vitest/config';
import { sharedConfig } from '../packages/vitest.shared.ts';
import { patient } from '../scripts/lib/patience.mjs';

/** Files run one after the other: each has a browser of its own. */
export default mergeConfig(
  sharedConfig,
  defineProject({
    test: { name: 'stories', fileParallelism: false, testTimeout: patient(60_000), hookTimeout: patient(60_000) },
  }),
);
