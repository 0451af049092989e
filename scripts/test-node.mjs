/**
 * `npm run test:node -- VERSION [LANE …]`: lanes of `npm test` under another version of Node, which the npm package
 * `node` brings; by default the unit and integration tests.
 */
import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { stop } from './lib/node-version.mjs';
import { ROOT } from './lib/paths.mjs';
import { npm, quietEnvironment, run } from './lib/run.mjs';

const LANES = ['protocol', 'crypto', 'widget', 'server', 'client', 'scripts'];
const [version, ...words] = process.argv.slice(2);
if (!/^\d+(?:\.\d+){0,2}$/.test(version ?? '')) stop('which Node? For example: npm run test:node -- 24 crypto');

const home = join(ROOT, 'node_modules', '.cache', 'node', version);
mkdirSync(home, { recursive: true });
// The package fetches its program in an install script, which .npmrc turns off.
const options = ['--prefix', home, '--ignore-scripts=false', '--no-save', '--loglevel=error'];
const installed = await run(npm('install', ...options, `node@${version}`), { cwd: home });
if (installed !== 0) stop(`Node ${version} cannot be installed from npm.`);

const bin = join(home, 'node_modules', 'node', 'bin');
const { npm_execpath: _npm, ...environment } = quietEnvironment();
const lanes = words.length > 0 ? words : LANES;
process.exitCode = await run([join(bin, 'node'), join(ROOT, 'scripts', 'test.mjs'), ...lanes], {
  env: { ...environment, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` },
});
