/**
 * `npm run test:node -- VERSION [LANE …]`: lanes of `npm test` under another version of Node, which the npm package
 * `node` brings; by default the unit and integration tests.
 */
import { stop } from './lib/node-version.mjs';
import { npm, quietEnvironment, run } from './lib/run.mjs';

const LANES = ['protocol', 'crypto', 'widget', 'server', 'client', 'scripts'];
const [version, ...words] = process.argv.slice(2);
if (!/^\d+(?:\.\d+){0,2}$/.test(version ?? '')) stop('which Node? For example: npm run test:node -- 24 crypto');

const command = ['node', 'scripts/test.mjs', ...(words.length > 0 ? words : LANES)];
process.exitCode = await run(npm('exec', '--yes', `--package=node@${version}`, '--', ...command), {
  // The npm package finds its program by an install script, which .npmrc turns off.
  env: { ...quietEnvironment(), npm_config_ignore_scripts: 'false' },
});
