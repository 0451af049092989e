import { defineConfig } from 'vitest/config';
import { testsOf } from '../vitest.shared.ts';

export default defineConfig(
  testsOf(import.meta.dirname, { name: 'server', globalSetup: './test/support/global-setup.ts' }),
);
