import { readFile, writeFile } from 'node:fs/promises';
import type { PartName } from './parts.ts';

const README = new URL('../README.md', import.meta.url);

const begin = (name: PartName): string => `<!-- ${name}: written by npm run bench -- --write -->`;
const end = (name: PartName): string => `<!-- ${name}: end -->`;

/** Replaces what stands between the markers of each measured part; parts that were not measured keep their figures. */
export async function writeParts(sections: ReadonlyMap<PartName, string>, machine: string): Promise<void> {
  let readme = await readFile(README, 'utf8');
  for (const [name, section] of sections) {
    const from = readme.indexOf(begin(name));
    const to = readme.indexOf(end(name));
    if (from < 0 || to < from) throw new Error(`bench/README.md: no markers for ${name}`);
    readme = `${readme.slice(0, from)}${begin(name)}\n\nMeasured ${machine}.\n\n${section}\n${readme.slice(to)}`;
  }
  await writeFile(README, readme);
}
