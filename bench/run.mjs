// Entry of `npm run bench`: installs and builds what is missing, then measures.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const bench = fileURLToPath(new URL('./', import.meta.url));
const root = fileURLToPath(new URL('../', import.meta.url));

function run(command, args, cwd, stdio = ['ignore', 'ignore', 'inherit']) {
  const { status } = spawnSync(command, args, { cwd, stdio });
  if (status !== 0) process.exit(status ?? 1);
}

/** npm writes a copy of the lockfile when it is done; older than the lockfile means not installed as it says. */
function isInstalled(directory) {
  const done = `${directory}node_modules/.package-lock.json`;
  return existsSync(done) && statSync(done).mtimeMs >= statSync(`${directory}package-lock.json`).mtimeMs;
}

for (const directory of [root, bench]) {
  if (!isInstalled(directory)) run('npm', ['ci', '--ignore-scripts'], directory);
}
run('npx', ['turbo', 'run', 'build', '--output-logs=errors-only'], root, ['ignore', 'inherit', 'inherit']);
run('npx', ['tsc', '-b', 'bench'], root, ['ignore', 'inherit', 'inherit']);
run(process.execPath, ['bench/dist/main.js', ...process.argv.slice(2)], root, 'inherit');
