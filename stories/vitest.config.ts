import { defineProject, mergeConfig } from 'vitest/config';
import { sharedConfig } from '../packages/vitest.shared.ts';

/** Files run one after the other: each has a browser of its own. */
export default mergeConfig(
  sharedConfig,
  defineProject({ test: { name: 'stories', fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 } }),
);
