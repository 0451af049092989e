/**
 * `npm test`: everything that says whether this repository is in order, one after the other, ending at the first
 * failure. Plain Node, because at first nothing is installed.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { requireNode } from './lib/node-version.mjs';
import { ROOT } from './lib/paths.mjs';
import { npm, tool } from './lib/run.mjs';

requireNode();
await ensureInstalled();
const { ensureChromium } = await import('./lib/chromium.mjs');
const { ensurePython } = await import('./lib/python.mjs');
const { createTestRun } = await import('./lib/test-run.mjs');

await ensurePython();
const chromium = await ensureChromium();
const run = createTestRun();
const node = (script) => [process.execPath, join(ROOT, 'scripts', script)];
const has = (path) => existsSync(join(ROOT, path));

await run.check('build', [tool('turbo'), 'run', 'build', '--output-logs=errors-only']);
await run.check('types', [tool('tsc'), '-b']);
await run.check('lint', [tool('oxlint')]);
await run.check('format', [tool('oxfmt'), '--check', '.']);
await run.check('arrows between packages', node('checks/boundaries.mjs'));
await run.check('unused code', [tool('knip'), '--no-progress', '--no-config-hints']);
await run.check('file sizes', node('checks/file-sizes.mjs'));
await run.check('widget size', node('checks/bundle-sizes.mjs'));
await run.tests('unit and integration tests', [tool('vitest'), 'run', '--project=!stories'], { CHROMIUM: chromium });
await run.tests('end-to-end tests', npm('test', '-w', 'e2e', '--silent', '--'), { CHROMIUM: chromium });
if (has('stories/package.json')) {
  await run.check('storybook', npm('run', 'build-storybook', '-w', 'stories', '--silent'));
  await run.tests('stories', [tool('vitest'), 'run', '--project=stories'], { CHROMIUM: chromium });
}
run.close();
