import { defineConfig } from 'vitest/config';
import { testsOf } from '../vitest.shared.ts';

export default defineConfig(
  testsOf(import.meta.dirname, {
    name: 'client',
    globalSetup: '../server/test/support/global-setup.ts',
    setupFiles: ['test/support/small-stocks.ts'],
  }),
);
