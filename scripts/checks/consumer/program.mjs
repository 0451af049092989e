import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '../../lib/run.mjs';
import { outputOf } from './output.mjs';

const COMMON = {
  target: 'ES2022',
  lib: ['ES2024', 'DOM', 'DOM.Iterable'],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
};
const RESOLUTIONS = {
  nodenext: { module: 'NodeNext', moduleResolution: 'NodeNext', outDir: 'out' },
  bundler: { module: 'ESNext', moduleResolution: 'Bundler', noEmit: true },
};

/** Type-checks the project in every way a consumer may, then runs its program in Node. Lists what failed. */
export async function checkProgram(project) {
  const ways = Object.keys(RESOLUTIONS).flatMap((name) =>
    [true, false].map((skipLibCheck) => ({ name, skipLibCheck })),
  );
  const problems = [];
  for (const way of ways) problems.push(...(await checkTypes(project, way)));
  if (problems.length > 0) return problems;
  const { code, output } = await outputOf([process.execPath, 'out/program.js'], project);
  return code === 0 && output.trim() === 'works' ? [] : [`the program in Node ended with ${code}:\n${output}`];
}

async function checkTypes(project, { name, skipLibCheck }) {
  const config = join(project, `tsconfig.${name}-${skipLibCheck}.json`);
  const compilerOptions = { ...COMMON, ...RESOLUTIONS[name], skipLibCheck };
  writeFileSync(config, JSON.stringify({ compilerOptions, files: ['program.ts', 'page.ts'] }));
  const { code, output } = await outputOf([tool('tsc'), '-p', config], project);
  return code === 0 ? [] : [`types, ${name}, skipLibCheck ${skipLibCheck}:\n${output}`];
}
