import { defineProject, mergeConfig } from 'vitest/config';
import { sharedConfig } from '../packages/vitest.shared.ts';

export default mergeConfig(sharedConfig, defineProject({ test: { name: 'scripts', include: ['**/*.test.mjs'] } }));
