import { stop } from './node-version.mjs';
import { runQuietly, tool } from './run.mjs';

/** Builds what changed since it was last built; turbo needs some 0.4 s to find out that nothing did. */
export async function ensureBuilt() {
  const code = await runQuietly([tool('turbo'), 'run', 'build', '--output-logs=errors-only', '--log-order=grouped']);
  if (code !== 0) stop(`the build failed with code ${code}; its output is above.`);
}
