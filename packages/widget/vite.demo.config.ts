import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The demo page, served at `/demo`. It loads the widget from `/v1/`, as any site does. */
export default defineConfig({
  root: path('demo'),
  base: '/demo/',
  build: {
    outDir: path('dist/demo'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    // Inlined assets would need `data:` in the page's policy.
    assetsInlineLimit: 0,
  },
});
