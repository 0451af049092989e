import { defineProject, mergeConfig } from 'vitest/config';
import { sharedConfig } from '../vitest.shared.ts';

/** In the mode `quick` no test needs a database. */
export default defineProject(({ mode }) =>
  mergeConfig(sharedConfig, {
    test: { name: 'server', globalSetup: mode === 'quick' ? [] : ['./test/support/global-setup.ts'] },
  }),
);
