import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';
import { inlineLimits } from './build/inline-limits.ts';
import { FIRST, JOURNEYS } from './build/journeys.ts';
import { BUNDLED_LICENSES, writeLicenses } from './build/licenses.ts';
import { minifyTemplates } from './build/minify-templates.ts';
import { pinFiles } from './build/pin-files.ts';
import { publish } from './build/publish.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The widget as pages load it: one small entry with a fixed name, everything else under names that change with it. */
export default defineConfig({
  root: path('.'),
  base: './',
  resolve: { conditions: ['seal-source', ...defaultClientConditions] },
  build: {
    outDir: path('dist/v1'),
    emptyOutDir: true,
    target: 'es2022',
    minify: 'oxc',
    license: { fileName: BUNDLED_LICENSES },
    lib: { entry: { 'seal-chat': path('src/loader.ts') }, formats: ['es'] },
    rolldownOptions: {
      output: {
        minify: true,
        entryFileNames: '[name].js',
        chunkFileNames: '[name]-[hash].js',
        codeSplitting: { groups: JOURNEYS.map(({ name, entries }) => ({ name, test: entries })) },
      },
    },
  },
  plugins: [inlineLimits(), minifyTemplates(), pinFiles(FIRST), writeLicenses(), publish()],
});
