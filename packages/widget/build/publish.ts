import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** What `sri.json` says of one file. */
interface Published {
  /** For the `integrity` attribute. */
  readonly integrity: string;
  /** Bytes as they are, and compressed. */
  readonly bytes: number;
  readonly gzip: number;
  readonly brotli: number;
}

/** After the build: `sri.json` with the hash and sizes of every file, and each file compressed next to it. */
export function publish(): Plugin {
  let directory = '';
  return {
    name: 'seal:publish',
    apply: 'build',
    configResolved({ root, build }) {
      directory = resolve(root, build.outDir);
    },
    closeBundle() {
      const files = readdirSync(directory).filter((name) => name.endsWith('.js'));
      const list = files.toSorted().map((name) => [name, publishFile(join(directory, name))] as const);
      writeFileSync(join(directory, 'sri.json'), `${JSON.stringify(Object.fromEntries(list), null, 2)}\n`);
    },
  };
}

function publishFile(path: string): Published {
  const content = readFileSync(path);
  const gzip = gzipSync(content, { level: 9 });
  const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  writeFileSync(`${path}.gz`, gzip);
  writeFileSync(`${path}.br`, brotli);
  const integrity = `sha384-${createHash('sha384').update(content).digest('base64')}`;
  return { integrity, bytes: content.length, gzip: gzip.length, brotli: brotli.length };
}
