import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';
import { inlineLimits } from './build/inline-limits.ts';
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
        // `conversation-parts.ts` becomes `conversation-[hash].js`: files are called after their journey.
        chunkFileNames: ({ name }) => `${name.replace(/-parts$/, '')}-[hash].js`,
        // All that is needed to read and write comes in one file, although lazy views use parts of it.
        // What the views around channels and messages share comes in another: each file costs its name and hash in the entry.
        codeSplitting: {
          groups: [
            { name: 'core', test: /widget\/src\/define\.ts$/ },
            {
              name: 'shared',
              test: /widget\/src\/(i18n\/en-(channels|messages)|internal\/(channel-view|message-texts)|time\/duration|messages\/event-text|views\/(people-search|channels)\/[^/]+)\.ts$/,
            },
          ],
        },
      },
    },
  },
  plugins: [inlineLimits(), minifyTemplates(), pinFiles(), writeLicenses(), publish()],
});
