/** Prints the outcome of a check; leaves with code 1 when there are problems. */
export function report(title, problems) {
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.stdout.write(problems.length === 0 ? `${title}: in order\n` : `${title}: ${problems.length} to mend\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
