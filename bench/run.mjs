/**
 * `npm run bench`: installs and builds what is missing, the peers included, then measures. `-- crypto server` runs
 * some parts, `-- --write` puts the tables into README.md.
 */
import { join } from 'node:path';
import { ensureBuilt } from '../scripts/lib/build.mjs';
import { ensureInstalled, isInstalled } from '../scripts/lib/install.mjs';
import { requireNode, stop } from '../scripts/lib/node-version.mjs';
import { ROOT } from '../scripts/lib/paths.mjs';
import { npm, run, tool } from '../scripts/lib/run.mjs';

const BENCH = join(ROOT, 'bench');

requireNode();
await ensureInstalled();
await ensureBuilt();
if (!isInstalled(BENCH)) {
  const code = await run(npm('ci', '--loglevel=error', '--no-audit', '--no-fund'), { cwd: BENCH });
  if (code !== 0) stop(`the peers could not be installed: "npm ci" in bench/ failed with code ${code}.`);
}
if ((await run([tool('tsc'), '-b', BENCH])) !== 0) stop('the benchmarks could not be built; the reason stands above.');
process.exitCode = await run([process.execPath, join(BENCH, 'dist/main.js'), ...process.argv.slice(2)]);
