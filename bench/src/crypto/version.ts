import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Version of a package as installed beside the benchmarks. */
export function installedVersion(name: string): string {
  const path = fileURLToPath(new URL(`../../node_modules/${name}/package.json`, import.meta.url));
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
  return version;
}
