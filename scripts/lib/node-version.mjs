/** What `engines` in package.json says. */
const NEEDED = [20, 19];

/** Leaves with one line when Node is too old. Runs before anything is installed, so it may need nothing. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  stop(`Seal needs Node ${NEEDED.join('.')} or later; this is ${process.versions.node}.`);
}

/** Prints one line on standard error and leaves with code 1. */
export function stop(line) {
  process.stderr.write(`seal: ${line}\n`);
  process.exit(1);
}
