/**
 * Installs the published packages in an empty project, as people do who use them: packs them, looks
 * through the tarballs, type-checks a program that uses them, runs it in Node, and bundles a page for Chromium.
 * `node scripts/checks/consumer.mjs` lists what does not work.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkInBrowser } from './consumer/browser.mjs';
import { installPackages } from './consumer/install.mjs';
import { lintTarball } from './consumer/lint.mjs';
import { packPackages } from './consumer/pack.mjs';
import { checkProgram } from './consumer/program.mjs';
import { checkTarball } from './consumer/tarball.mjs';
import { report } from './report.mjs';

const directory = mkdtempSync(join(tmpdir(), 'seal-consumer-'));
try {
  report('packages in an empty project', await findProblems());
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** Stops after the first step with problems: the later ones would only repeat them. */
async function findProblems() {
  const packed = packPackages(join(directory, 'packed'));
  const names = packed.map(({ manifest }) => manifest.name);
  const project = join(directory, 'project');
  const steps = [
    () => packed.flatMap((one) => checkTarball(one, names)),
    async () => (await Promise.all(packed.map(lintTarball))).flat(),
    () => installPackages(project, packed),
    () => checkProgram(project),
    () => checkInBrowser(project),
  ];
  for (const step of steps) {
    const problems = await step();
    if (problems.length > 0) return problems;
  }
  return [];
}
